import { repositoryArn } from '../../core/ecr/repository-arn.ts'
import type { RepositoryName } from '../../core/repository-name.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { authorize } from '../../services/authorize.ts'
import { createRepositoryOnPush } from '../../services/repositories/create-repository-on-push.ts'
import type { Need } from './needs.ts'
import type { OciRequest } from './registry-call.ts'

/**
 * The repository that a push makes. What the push needs is asked again: its template may have given the repository a
 * policy, and another push may have made it first.
 *
 * @throws {Refusal} `denied`, and as `createRepositoryOnPush` does
 */
export async function enterNewRepository(
  { services, caller }: OciRequest,
  name: RepositoryName,
  needs: readonly Need[],
): Promise<Repository> {
  const repository = await createRepositoryOnPush(services, caller, name)
  const resource = repositoryArn(caller.registry, name)
  for (const need of needs) await authorize(services, caller, { ...need, resource, repository })
  return repository
}
