import { type Amount, addAmounts, NO_AMOUNT } from '../../core/collection/judge-plan.ts'
import type { Digest } from '../../core/digest.ts'
import type { Candidate } from '../../ports/metadata/collection.ts'
import type { MetadataTransaction } from '../../ports/metadata-store.ts'
import type { CollectionRun } from './collection-run.ts'
import { type BlobCandidate, examineBlob, isBlobCandidate, judgeBlob, lockBlobsOf } from './examine-blob.ts'
import { type Handled, handlePage } from './handle-page.ts'
import { isRepositoryCandidate } from './purge-repository.ts'
import { weighRepository } from './weigh-repository.ts'

export interface CollectionPlan {
  /** What carrying it out would take: an upper bound, as a blob that another repository holds will be spared. */
  readonly amount: Amount
  /** How many candidates it is about. */
  readonly candidates: number
}

type Looks = readonly Handled<BlobCandidate>[]

/** Candidates listed at once: a read, which nobody waits for. */
const PAGE = 50

/**
 * Looks at every candidate that is due and takes nothing: those that are held or gone are dropped, leased ones put
 * off (that is most of them: every upload makes a candidate), and what is left is added up for the brake.
 */
export async function planCollection(run: CollectionRun, horizonMs: number): Promise<CollectionPlan> {
  const counted = new Set<Digest>()
  let plan: CollectionPlan = { amount: NO_AMOUNT, candidates: 0 }
  let after: Candidate | undefined
  while (!run.pace.isInterrupted) {
    const page = await run.pace.step(() => run.services.metadata.listDueCandidates(horizonMs, PAGE, after))
    after = page.at(-1)
    if (after === undefined) break
    const manifests = page.filter((candidate) => candidate.kind === 'manifest').length
    const repositories = page.filter(isRepositoryCandidate)
    const left = await lookAtPage(run, page.filter(isBlobCandidate), horizonMs)
    const found = [{ ...NO_AMOUNT, manifests }, sumOnce(left, counted)]
    for (const { repositoryId } of repositories) found.push(await weighRepository(run, repositoryId))
    plan = {
      amount: found.reduce(addAmounts, plan.amount),
      candidates: plan.candidates + manifests + repositories.length + left.length,
    }
  }
  return plan
}

async function lookAtPage(run: CollectionRun, blobs: readonly BlobCandidate[], nowMs: number): Promise<Looks> {
  const left: Handled<BlobCandidate>[] = []
  for (let from = 0; from < blobs.length; from += run.options.batch) {
    left.push(...(await lookAtBlobs(run, blobs.slice(from, from + run.options.batch), nowMs)))
  }
  return left
}

/** @returns those that can be taken; they stay on the list */
async function lookAtBlobs(run: CollectionRun, page: readonly BlobCandidate[], nowMs: number): Promise<Looks> {
  const handled = await handlePage(run, page, async (transaction, candidates) => {
    await lockBlobsOf(transaction, candidates)
    const looks: Handled<BlobCandidate>[] = []
    for (const candidate of candidates) {
      const look = await lookAtBlob(transaction, candidate, nowMs)
      if (look !== undefined) looks.push(look)
    }
    return looks
  })
  return handled.filter((look) => look.outcome === undefined)
}

/** What can be taken is not touched, so a page of nothing else is no write; the rest is judged again as it comes off. */
async function lookAtBlob(
  transaction: MetadataTransaction,
  candidate: BlobCandidate,
  nowMs: number,
): Promise<Handled<BlobCandidate> | undefined> {
  const { verdict, sizeBytes } = await judgeBlob(transaction, candidate, nowMs)
  if (verdict.action === 'collect') return { candidate, outcome: undefined, sizeBytes }
  const examined = await examineBlob(transaction, candidate, nowMs)
  if (examined !== undefined && examined.outcome === undefined) await transaction.addCandidate(candidate)
  return examined
}

/** Several repositories may have let go of the same blob. */
function sumOnce(looks: Looks, counted: Set<Digest>): Amount {
  const fresh = looks.filter(({ candidate }) => !counted.has(candidate.digest) && counted.add(candidate.digest))
  return { manifests: 0, blobs: fresh.length, blobBytes: fresh.reduce((sum, look) => sum + look.sizeBytes, 0) }
}
