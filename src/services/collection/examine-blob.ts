import { type CandidateVerdict, judgeCandidate } from '../../core/collection/judge-candidate.ts'
import type { Candidate } from '../../ports/metadata/collection.ts'
import type { MetadataTransaction } from '../../ports/metadata-store.ts'
import type { Handled } from './handle-page.ts'

export type BlobCandidate = Candidate & { readonly kind: 'blob' }

export interface Judged {
  readonly verdict: CandidateVerdict
  readonly sizeBytes: number
}

export function isBlobCandidate(candidate: Candidate): candidate is BlobCandidate {
  return candidate.kind === 'blob'
}

/**
 * Judges a candidate as it stands and changes nothing. Under the caller's lock on the digest only one thing can still
 * change: a purge may let go of the blob, which makes the candidate anew.
 */
export async function judgeBlob(
  transaction: MetadataTransaction,
  candidate: BlobCandidate,
  nowMs: number,
): Promise<Judged> {
  const blob = await transaction.findBlob(candidate.digest)
  const isHeld = blob !== undefined && (await isHeldFor(transaction, candidate))
  const verdict = judgeCandidate({ leaseUntilMs: blob?.leaseUntilMs, isHeld }, nowMs)
  return { verdict, sizeBytes: blob?.sizeBytes ?? 0 }
}

/**
 * Takes a candidate off the list and judges it. Without an `outcome` it can be collected, which is left to the caller;
 * undefined when it is not on the list any more.
 *
 * Races, all of them decided by the exclusive lock on the digest that the caller holds and by the order of statements:
 * - A manifest push locks its blobs shared and checks and links them in that transaction. Either it came first, and the
 *   blob is held here; or it comes later, finds nothing, and is refused before anything was promised to it.
 * - A HEAD or a mount that says yes renews the lease under a shared lock, unless more than half of it is left: either
 *   way the lease that is read here has not ended.
 * - An upload that ends writes the blob's row with a new lease in the transaction that links it.
 * - A purge that removes the last edge of the repository makes the candidate anew, in its own transaction. The candidate
 *   is taken off *before* the edges are read, so that either the purge waits and then adds it again, or it was first and
 *   its edges are seen to be gone. The other way round a candidate could be lost for ever.
 */
export async function examineBlob(
  transaction: MetadataTransaction,
  candidate: BlobCandidate,
  nowMs: number,
): Promise<Handled<BlobCandidate> | undefined> {
  if (!(await transaction.deleteCandidate(candidate))) return undefined
  const { verdict, sizeBytes } = await judgeBlob(transaction, candidate, nowMs)
  if (verdict.action === 'collect') return { candidate, outcome: undefined, sizeBytes }
  if (verdict.action === 'drop') return { candidate, outcome: verdict.why, sizeBytes }
  await transaction.addCandidate({ ...candidate, dueAtMs: verdict.untilMs })
  return { candidate, outcome: 'postponed', sizeBytes }
}

/** A repository's candidate asks for that repository alone: others that hold the blob do not need it to be seen here. */
async function isHeldFor(transaction: MetadataTransaction, candidate: BlobCandidate): Promise<boolean> {
  const { repositoryId, digest } = candidate
  if (repositoryId === undefined) return await transaction.isBlobHeld(digest)
  return await transaction.isBlobHeldBy(repositoryId, digest)
}

/** In byte order, so that two who lock several never wait for each other. */
export async function lockBlobsOf(
  transaction: MetadataTransaction,
  candidates: readonly BlobCandidate[],
): Promise<void> {
  const digests = [...new Set(candidates.map((candidate) => candidate.digest))].sort()
  await transaction.lockBlobs(digests, 'exclusive')
}
