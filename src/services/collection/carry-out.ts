import { judgePlan } from '../../core/collection/judge-plan.ts'
import type { Digest } from '../../core/digest.ts'
import type { Candidate } from '../../ports/metadata/collection.ts'
import type { MetadataTransaction } from '../../ports/metadata-store.ts'
import { eventPlace, INSTALLATION } from '../event-place.ts'
import type { RefusedPlan } from './collection-memory.ts'
import type { CollectionRun } from './collection-run.ts'
import { type BlobCandidate, examineBlob, isBlobCandidate, lockBlobsOf } from './examine-blob.ts'
import { type Handled, handlePage } from './handle-page.ts'
import { isRepositoryCandidate, purgeRepositoryPage } from './purge-repository.ts'

type ManifestCandidate = Candidate & { readonly kind: 'manifest' }

/** They stay at the head of the list until they are purged: so many of them do not hold up what is behind them. */
const REPOSITORIES_LISTED = 16

/**
 * Deals with every candidate that is due, oldest first, in small transactions. Each is judged again under its lock: the
 * world has moved since the plan. A repository is purged a page at a time, between the others.
 *
 * @param horizonMs what is due by then; blobs that purged manifests held become due just after it, for the next round
 * @returns a refusal when, against the plan, the run turns out to take too much; what it has taken stays taken
 */
export async function carryOut(run: CollectionRun, horizonMs: number): Promise<RefusedPlan | undefined> {
  while (!run.pace.isInterrupted) {
    const batch = run.pace.isQuiet ? run.options.quietBatch : run.options.batch
    const due = await run.services.metadata.listDueCandidates(horizonMs, batch + REPOSITORIES_LISTED)
    if (due.length === 0) return undefined
    const page = due.filter((candidate) => candidate.kind !== 'repository').slice(0, batch)
    await takeBlobs(run, page.filter(isBlobCandidate), horizonMs)
    for (const ofRepository of byRepository(page.filter(isManifestCandidate))) {
      await purgeManifests(run, ofRepository, horizonMs)
    }
    const repository = due.find(isRepositoryCandidate)
    if (repository !== undefined) await purgeRepositoryPage(run, repository, horizonMs)
    const verdict = judgePlan(run.tally.taken, run.total, run.options.brake)
    if (!verdict.plausible && !run.isForced) return verdict
  }
  return undefined
}

function isManifestCandidate(candidate: Candidate): candidate is ManifestCandidate {
  return candidate.kind === 'manifest'
}

/** One transaction locks one repository: whoever locks several can wait for another who does. */
function byRepository(candidates: readonly ManifestCandidate[]): ManifestCandidate[][] {
  return [...Map.groupBy(candidates, (candidate) => candidate.repositoryId).values()]
}

async function takeBlobs(run: CollectionRun, page: readonly BlobCandidate[], nowMs: number): Promise<void> {
  await handlePage(run, page, async (transaction, candidates) => {
    await lockBlobsOf(transaction, candidates)
    const taken: Handled<BlobCandidate>[] = []
    for (const candidate of candidates) {
      const examined = await examineBlob(transaction, candidate, nowMs)
      if (examined !== undefined) taken.push(await takeBlob(run, transaction, examined))
    }
    await recordCollected(run, transaction, taken)
    return taken
  })
}

async function takeBlob(
  run: CollectionRun,
  transaction: MetadataTransaction,
  examined: Handled<BlobCandidate>,
): Promise<Handled<BlobCandidate>> {
  if (examined.outcome !== undefined) return examined
  const { repositoryId, digest } = examined.candidate
  if (repositoryId !== undefined) await transaction.unlinkBlob(repositoryId, digest)
  if (await transaction.isBlobHeld(digest)) return { ...examined, outcome: 'released' }
  const { clock, limits } = run.services
  await transaction.deleteBlob(digest, clock.nowMs() + limits.removalDelayMs)
  return { ...examined, outcome: 'collected' }
}

async function recordCollected(
  run: CollectionRun,
  transaction: MetadataTransaction,
  taken: readonly Handled<BlobCandidate>[],
) {
  const blobs = taken
    .filter(({ outcome }) => outcome === 'collected')
    .map(({ candidate, sizeBytes }) => ({ digest: candidate.digest, sizeBytes }))
  if (blobs.length === 0) return
  const atMs = run.services.clock.nowMs()
  const detail = { why: 'nothing referred to it any more and its lease had ended', blobs }
  await transaction.recordEvent({ kind: 'blobs-collected', atMs, ...INSTALLATION, detail })
}

/**
 * The repository is locked exclusively, so that no push revives a manifest, or links a blob of it, half-way; nobody
 * pushes to a deleted one, which has no lock. A candidate with another due time than the listed one is another
 * deletion's, and its restore window has not ended.
 */
async function purgeManifests(run: CollectionRun, page: readonly ManifestCandidate[], horizonMs: number) {
  await handlePage(run, page, async (transaction, candidates) => {
    const repositoryId = candidates[0]?.repositoryId
    if (repositoryId === undefined) return []
    await transaction.lockRepository(repositoryId, 'exclusive')
    const purged: Handled<ManifestCandidate>[] = []
    for (const candidate of candidates) {
      if (!(await transaction.deleteCandidate(candidate))) continue
      const result = await transaction.purgeManifest(repositoryId, candidate.digest, horizonMs + 1)
      purged.push({ candidate, outcome: result === 'purged' ? 'purged' : 'revived', sizeBytes: 0 })
    }
    const gone = purged.filter(({ outcome }) => outcome === 'purged').map(({ candidate }) => candidate.digest)
    await recordPurged(run, transaction, { repositoryId, digests: gone })
    return purged
  })
}

async function recordPurged(
  run: CollectionRun,
  transaction: MetadataTransaction,
  { repositoryId, digests }: { repositoryId: number; digests: readonly Digest[] },
): Promise<void> {
  const repository = await transaction.findStoredRepository(repositoryId)
  if (digests.length === 0 || repository === undefined) return
  await transaction.recordEvent({
    kind: 'manifests-purged',
    atMs: run.services.clock.nowMs(),
    ...eventPlace(repository),
    principal: undefined,
    detail: { why: 'deleted, and the restore window is over', digests },
  })
}
