import { attributeBlob } from '../../core/costs/attribute-blob.ts'
import type { CostScope } from '../../core/costs/cost-scope.ts'
import { ScopeTree } from '../../core/costs/scope-tree.ts'
import type { BlobLocation, BlobStore } from '../../ports/blob-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { HoldingKey } from '../../ports/metadata/costs.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'
import { nextTurn } from '../next-turn.ts'
import { countImages } from './count-images.ts'
import { eachHeldBlob, refuseWhenEnded } from './each-held-blob.ts'

/** What lies in the blob store and is no repository's. */
export interface UnattributedBytes {
  /** Nobody holds it: leased, or waiting for the collector. */
  readonly unheldBytes: number
  /** Held by manifests alone whose repositories may not see it, as sparse ones do. */
  readonly outOfSightBytes: number
  /** What has arrived of uploads that are not finished. */
  readonly uploadBytes: number
  /** Collected or replaced, and not unlinked yet. */
  readonly removalBytes: number
}

export interface InstallationCosts {
  /** When the pass began. What changed meanwhile may be in it or not. */
  readonly atMs: number
  readonly scopes: ScopeTree
  readonly unattributed: UnattributedBytes
}

/** Names, removals and uploads read at once. */
const PAGE = 500

/** What a pass reads. */
export interface Weighable {
  readonly metadata: MetadataReader
  readonly blobs: BlobStore
  readonly clock: Clock
}

/**
 * Weighs everything there is, in one pass. Others have their turn after every page; memory goes by the number of
 * repositories, not of blobs.
 *
 * @throws {Refusal} `storage-unavailable` soon after the signal
 */
export async function weighInstallation(
  { metadata, blobs, clock }: Weighable,
  signal: AbortSignal,
): Promise<InstallationCosts> {
  const atMs = clock.nowMs()
  const places = await listPlaces(metadata, signal)
  const scopes = new ScopeTree(places)
  const deleted = new Set(places.filter(({ isDeleted }) => isDeleted).map(({ id }) => id))
  for (const { id } of places) if (!deleted.has(id)) scopes.repository(id)?.count({ repositories: 1 })
  await countImages(metadata, 0, {
    signal,
    each: ({ repositoryId, live, deleted: inWindow }) => {
      const isGone = deleted.has(repositoryId)
      const counted = isGone ? { deletedImages: live + inWindow } : { images: live, deletedImages: inWindow }
      scopes.repository(repositoryId)?.count(counted)
      return true
    },
  })
  const held = await attributeAll(metadata, { scopes, deleted, signal })
  const removalBytes = await weighRemovals(metadata, signal)
  return { atMs, scopes, unattributed: { ...held, removalBytes, uploadBytes: await weighUploads(blobs, signal) } }
}

async function listPlaces(metadata: MetadataReader, signal: AbortSignal) {
  const places: Awaited<ReturnType<MetadataReader['listRepositoryPlaces']>> = []
  for (;;) {
    refuseWhenEnded(signal)
    const page = await metadata.listRepositoryPlaces(places.at(-1)?.id ?? 0, PAGE)
    for (const place of page) places.push(place)
    if (page.length < PAGE) return places
    await nextTurn()
  }
}

async function attributeAll(
  metadata: MetadataReader,
  pass: { readonly scopes: ScopeTree; readonly deleted: ReadonlySet<number>; readonly signal: AbortSignal },
): Promise<Pick<UnattributedBytes, 'unheldBytes' | 'outOfSightBytes'>> {
  const { scopes, deleted, signal } = pass
  const left = { unheldBytes: 0, outOfSightBytes: 0 }
  const list = (after: HoldingKey | undefined, limit: number) => metadata.listBlobHoldings(after, limit)
  await eachHeldBlob(metadata, {
    list,
    signal,
    each: ({ sizeBytes, holders, isReferredElsewhere }) => {
      const placed = holders.flatMap(({ repositoryId, hold }) => {
        // One that was made since the pass began holds nothing in it.
        const scope: CostScope | undefined = scopes.repository(repositoryId)
        if (scope === undefined) return []
        return [{ scope, hold: deleted.has(repositoryId) ? ('deleted' as const) : hold }]
      })
      if (placed.length > 0) attributeBlob(sizeBytes, placed)
      else left[isReferredElsewhere ? 'outOfSightBytes' : 'unheldBytes'] += sizeBytes
    },
  })
  return left
}

async function weighRemovals(metadata: Pick<MetadataReader, 'weighRemovals'>, signal: AbortSignal): Promise<number> {
  let sizeBytes = 0
  let after: BlobLocation | undefined
  do {
    refuseWhenEnded(signal)
    const page = await metadata.weighRemovals(after, PAGE)
    sizeBytes += page.sizeBytes
    after = page.last
    await nextTurn()
  } while (after !== undefined)
  return sizeBytes
}

async function weighUploads(blobs: BlobStore, signal: AbortSignal): Promise<number> {
  let sizeBytes = 0
  for await (const upload of blobs.listUploads()) {
    refuseWhenEnded(signal)
    sizeBytes += (await blobs.uploadSize(upload)) ?? 0
    await nextTurn()
  }
  return sizeBytes
}
