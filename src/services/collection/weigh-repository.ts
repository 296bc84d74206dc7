import { type Amount, NO_AMOUNT } from '../../core/collection/judge-plan.ts'
import type { Digest } from '../../core/digest.ts'
import type { WeighedPage } from '../../ports/metadata/repository-deletion.ts'
import type { CollectionRun } from './collection-run.ts'

/** Rows counted at once: a read, which stops others for a few milliseconds on SQLite. */
const PAGE = 250

/** What the purge of a deleted repository would take: its manifests, and the blobs that nobody else may see. */
export async function weighRepository(run: CollectionRun, repositoryId: number): Promise<Amount> {
  const { metadata } = run.services
  const manifests = await sumPages(run, (page) => metadata.weighManifests(repositoryId, page))
  const blobs = await sumPages(run, (page) => metadata.weighBlobs(repositoryId, page))
  return { ...NO_AMOUNT, manifests: manifests.count, blobs: blobs.count, blobBytes: blobs.sizeBytes }
}

async function sumPages(
  run: CollectionRun,
  weigh: (page: { after: Digest | undefined; limit: number }) => Promise<WeighedPage>,
): Promise<{ count: number; sizeBytes: number }> {
  const sum = { count: 0, sizeBytes: 0 }
  let after: Digest | undefined
  while (!run.pace.isInterrupted) {
    const page = await run.pace.step(() => weigh({ after, limit: PAGE }))
    if (page.last === undefined) break
    after = page.last
    sum.count += page.count
    sum.sizeBytes += page.sizeBytes
  }
  return sum
}
