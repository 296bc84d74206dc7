import type { Repository } from '../ports/metadata/repositories.ts'
import type { MetadataTransaction } from '../ports/metadata-store.ts'
import type { Caller } from './context.ts'
import { repositoryUnknown } from './get-repository.ts'

/**
 * Locks a repository that was looked up before the transaction began, as `MetadataTransaction.lockRepository` does.
 *
 * @returns the repository as it is now
 * @throws {Refusal} `repository-unknown` when it was deleted meanwhile
 */
export async function lockRepository(
  transaction: MetadataTransaction,
  caller: Caller,
  { repository, mode }: { repository: Repository; mode: 'shared' | 'exclusive' },
): Promise<Repository> {
  const current = await transaction.lockRepository(repository.id, mode)
  if (current === undefined) throw repositoryUnknown(repository.name, caller.registry.accountId)
  return current
}
