import type { Candidate } from '../../ports/metadata/collection.ts'
import type { RepositoryPurge } from '../../ports/metadata/repository-deletion.ts'
import type { MetadataTransaction } from '../../ports/metadata-store.ts'
import { eventPlace } from '../event-place.ts'
import type { CandidateOutcome } from './collection-report.ts'
import type { CollectionRun } from './collection-run.ts'
import { type Handled, handlePage } from './handle-page.ts'

export type RepositoryCandidate = Candidate & { readonly kind: 'repository' }

export function isRepositoryCandidate(candidate: Candidate): candidate is RepositoryCandidate {
  return candidate.kind === 'repository'
}

const OUTCOMES: Record<RepositoryPurge['state'], CandidateOutcome | undefined> = {
  kept: 'revived',
  begun: undefined,
  purged: 'emptied',
}

/**
 * Purges one page of a deleted repository. Until the last one its candidate stays on the list, so wherever a run stops,
 * by a crash too, the next goes on. The blobs it held become due just after `horizonMs`, for the next round.
 */
export async function purgeRepositoryPage(
  run: CollectionRun,
  candidate: RepositoryCandidate,
  horizonMs: number,
): Promise<void> {
  await handlePage(run, [candidate], async (transaction): Promise<Handled<RepositoryCandidate>[]> => {
    // Off the list first, which is what two processes that purge the same repository take turns by.
    if (!(await transaction.deleteCandidate(candidate))) return []
    const { state, manifests } = await purge(run, transaction, { candidate, blobsDueAtMs: horizonMs + 1 })
    if (state === 'begun') await transaction.addCandidate(candidate)
    return [{ candidate, outcome: OUTCOMES[state], sizeBytes: 0, manifests }]
  })
}

async function purge(
  run: CollectionRun,
  transaction: MetadataTransaction,
  { candidate: { repositoryId }, blobsDueAtMs }: { candidate: RepositoryCandidate; blobsDueAtMs: number },
): Promise<RepositoryPurge> {
  const repository = await transaction.findStoredRepository(repositoryId)
  const purged = await transaction.purgeRepository(repositoryId, { limit: run.options.purgeRows, blobsDueAtMs })
  if (purged.state === 'purged' && repository !== undefined) {
    await transaction.recordEvent({
      kind: 'repository-purged',
      atMs: run.services.clock.nowMs(),
      ...eventPlace(repository),
      principal: undefined,
      detail: { why: 'deleted, and the restore window is over' },
    })
  }
  return purged
}
