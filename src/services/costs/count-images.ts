import type { ManifestCount } from '../../ports/metadata/costs.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'
import { nextTurn } from '../next-turn.ts'
import { refuseWhenEnded } from './each-held-blob.ts'

/** Manifests counted at once. */
const PAGE = 1000

export interface Counting {
  /** A part of what a repository has: there may be several. @returns false to stop */
  readonly each: (count: ManifestCount) => boolean
  readonly signal: AbortSignal
}

/**
 * Counts manifests, repository by repository, from the first one of `firstRepositoryId` on.
 *
 * @throws {Refusal} `storage-unavailable` soon after the signal
 */
export async function countImages(
  metadata: Pick<MetadataReader, 'countManifests'>,
  firstRepositoryId: number,
  { each, signal }: Counting,
): Promise<void> {
  let after: Parameters<MetadataReader['countManifests']>[0] = { repositoryId: firstRepositoryId, digest: undefined }
  for (;;) {
    refuseWhenEnded(signal)
    const page = await metadata.countManifests(after, PAGE)
    let counted = 0
    for (const count of page) {
      if (!each(count)) return
      counted += count.live + count.deleted
    }
    const last = page.at(-1)
    if (last === undefined || counted < PAGE) return
    after = { repositoryId: last.repositoryId, digest: last.last }
    await nextTurn()
  }
}
