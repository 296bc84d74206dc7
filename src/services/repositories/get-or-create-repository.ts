import type { RepositoryName } from '../../core/repository-name.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Caller, Services } from '../context.ts'
import { createRepositoryOnPush } from './create-repository-on-push.ts'

/**
 * The repository that a push names; it is made when a creation template says so.
 *
 * @throws {Refusal} as `createRepositoryOnPush`
 */
export async function getOrCreateRepository(
  services: Services,
  caller: Caller,
  name: RepositoryName,
): Promise<Repository> {
  const repository = await services.metadata.findRepository(caller.registry.id, name)
  return repository ?? (await createRepositoryOnPush(services, caller, name))
}
