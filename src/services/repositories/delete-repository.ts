import { Refusal } from '../../core/refusal.ts'
import type { Repository } from '../../ports/metadata-store.ts'
import type { Caller, Services } from '../context.ts'
import { repositoryUnknown } from '../get-repository.ts'

/**
 * Deletes the repository and what it holds. Blobs that other repositories hold too stay.
 *
 * @param options `force`: also when it holds images
 * @returns the repository as it was
 * @throws {Refusal} `repository-unknown`, `repository-not-empty`
 */
export async function deleteRepository(
  services: Services,
  caller: Caller,
  repository: Repository,
  options: { force: boolean },
): Promise<Repository> {
  const { accountId } = caller.registry
  return await services.metadata.transact(async (transaction) => {
    const current = await transaction.lockRepository(repository.id, 'exclusive')
    if (current === undefined) throw repositoryUnknown(repository.name, accountId)
    const hasImages = await transaction.hasManifests(repository.id)
    if (hasImages && !options.force) throw repositoryNotEmpty(repository.name, accountId)
    const atMs = services.clock.nowMs()
    await transaction.deleteRepository(repository.id, atMs)
    const detail = { name: current.name, hasImages, principal: caller.principal.arn, requestId: caller.requestId }
    await transaction.recordEvent({ kind: 'repository-deleted', atMs, repositoryId: repository.id, detail })
    return current
  })
}

function repositoryNotEmpty(name: string, accountId: string): Refusal {
  return new Refusal(
    'repository-not-empty',
    `The repository with name '${name}' in registry with id '${accountId}' cannot be deleted because it still contains images`,
  )
}
