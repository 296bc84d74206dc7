import { repositoryArn } from '../../core/ecr/repository-arn.ts'
import type { RepositoryName } from '../../core/repository-name.ts'
import type { CreationTemplate } from '../../ports/metadata/creation-templates.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { authorize } from '../authorize.ts'
import type { Caller, Services } from '../context.ts'
import { getRepository, repositoryUnknown } from '../get-repository.ts'
import { DEFAULT_ENCRYPTION, insertRepository, type RepositorySettings } from './create-repository.ts'
import { findTemplateFor } from './find-template.ts'

/**
 * Makes the repository that a push names, as a creation template that is applied for `CREATE_ON_PUSH` says. When two
 * pushes come at once both get the same one.
 *
 * @throws {Refusal} `repository-unknown` without such a template; `denied` without `ecr:CreateRepository`
 */
export async function createRepositoryOnPush(
  services: Services,
  caller: Caller,
  name: RepositoryName,
): Promise<Repository> {
  const template = await findTemplateFor(services.metadata, caller.registry, { name, purpose: 'CREATE_ON_PUSH' })
  if (template === undefined) throw repositoryUnknown(name, caller.registry.accountId)
  const resource = repositoryArn(caller.registry, name)
  await authorize(services, caller, { action: 'ecr:CreateRepository', resource, repository: undefined })
  const created = await insertRepository(services, caller, fromTemplate(name, template))
  return created ?? (await getRepository(services, caller, name))
}

function fromTemplate(name: RepositoryName, template: CreationTemplate): RepositorySettings {
  const { repositoryPolicyText, lifecyclePolicyText } = template
  return {
    name,
    tagMutability: template.tagMutability,
    scanOnPush: undefined,
    encryption: template.encryption ?? DEFAULT_ENCRYPTION,
    resourceTags: template.resourceTags,
    ...(repositoryPolicyText === undefined ? {} : { repositoryPolicyText }),
    ...(lifecyclePolicyText === undefined ? {} : { lifecyclePolicyText }),
  }
}
