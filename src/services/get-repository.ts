import { Refusal } from '../core/refusal.ts'
import type { RepositoryName } from '../core/repository-name.ts'
import type { Repository } from '../ports/metadata/repositories.ts'
import type { Caller, Services } from './context.ts'

/** @throws {Refusal} `repository-unknown` */
export async function getRepository(services: Services, caller: Caller, name: RepositoryName): Promise<Repository> {
  const repository = await services.metadata.findRepository(caller.registry.id, name)
  if (repository === undefined) throw repositoryUnknown(name, caller.registry.accountId)
  return repository
}

/** ECR's sentence, the same on both surfaces. */
export function repositoryUnknown(name: string, accountId: string): Refusal {
  return new Refusal(
    'repository-unknown',
    `The repository with name '${name}' does not exist in the registry with id '${accountId}'`,
    {
      repositoryName: name,
      hint: 'create it first (aws ecr create-repository, with this registry as --endpoint-url), or create a repository creation template that is applied for CREATE_ON_PUSH',
    },
  )
}
