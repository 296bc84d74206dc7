import type { Digest } from '../../core/digest.ts'
import type { HeldBlob } from '../../core/lifecycle/freed-bytes.ts'
import type { StoredRepository } from '../../ports/metadata/repository-deletion.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'
import type { Caller, Services } from '../context.ts'
import { nextTurn } from '../next-turn.ts'
import { readHeldBlobs } from '../plans/weigh-items.ts'
import { countImages } from './count-images.ts'
import { refuseWhenEnded } from './each-held-blob.ts'
import { type FreedBy, FreedTally } from './freed-by.ts'
import type { GoingImage } from './going-images.ts'
import { keeperOf } from './keeper-of.ts'
import { eachBlobOfRepository } from './repository-costs.ts'

const AT_ONCE = 500

/**
 * What comes free when images go, by what `weighItems` says of their plan: a blob does that no other live image of the
 * installation holds.
 */
export async function weighGoing(
  services: Services,
  caller: Caller,
  { repositoryId, going, signal }: { repositoryId: number; going: readonly GoingImage[]; signal: AbortSignal },
): Promise<FreedBy> {
  const { metadata, clock } = services
  const images = new Map(going.map((image) => [image.digest, image]))
  const { held, holders } = await readHeldBlobs(metadata, { id: repositoryId }, [...images.keys()])
  const blobs = gatherBlobs(held, images)
  const tally = new FreedTally(clock.nowMs())
  for (const page of pagesOf([...blobs.keys()])) {
    refuseWhenEnded(signal)
    const known = await metadata.existingRepositoryBlobs(repositoryId, page)
    for (const digest of page) {
      const blob = blobs.get(digest)
      if (blob === undefined) continue
      const isKept = (holders.get(digest) ?? 0) > blob.live
      const { sizeBytes, heldUntilMs } = blob
      // A hidden one has been deleted from the repository: nobody was told that it is here.
      const leaseUntilMs = known.get(digest)?.leaseUntilMs ?? 0
      if (isKept) tally.addKept({ digest, sizeBytes })
      else tally.addFreed({ digest, sizeBytes, heldUntilMs, leaseUntilMs })
    }
    await nextTurn()
  }
  const kept = { repositoryId, going: liveOf(images), signal }
  return await tally.end(images.size, ({ digest }) => keeperOf(services, caller, digest, kept))
}

interface GoingBlob {
  readonly sizeBytes: number
  /** How many of the live images that hold it go. */
  live: number
  heldUntilMs: number
}

function gatherBlobs(held: readonly HeldBlob[], images: ReadonlyMap<Digest, GoingImage>): Map<Digest, GoingBlob> {
  const blobs = new Map<Digest, GoingBlob>()
  for (const { manifest, blob: digest, sizeBytes } of held) {
    const image = images.get(manifest)
    if (image === undefined) continue
    const blob = blobs.get(digest) ?? { sizeBytes, live: 0, heldUntilMs: 0 }
    blobs.set(digest, blob)
    if (image.isLive) blob.live += 1
    blob.heldUntilMs = Math.max(blob.heldUntilMs, image.heldUntilMs)
  }
  return blobs
}

function liveOf(images: ReadonlyMap<Digest, GoingImage>): Set<Digest> {
  return new Set([...images.values()].filter(({ isLive }) => isLive).map(({ digest }) => digest))
}

function* pagesOf(digests: readonly Digest[]): Generator<readonly Digest[]> {
  for (let from = 0; from < digests.length; from += AT_ONCE) yield digests.slice(from, from + AT_ONCE)
}

/** What comes free when a whole repository goes: the blobs that no other one holds, nor a manifest in it refers to. */
export async function weighGoingRepository(
  services: Services,
  caller: Caller,
  going: { repository: Pick<StoredRepository, 'id'>; heldUntilMs: number; signal: AbortSignal },
): Promise<FreedBy> {
  const { repository, heldUntilMs, signal } = going
  const { metadata, clock } = services
  const tally = new FreedTally(clock.nowMs())
  await eachBlobOfRepository(metadata, repository, {
    signal,
    each: ({ holders, isReferredElsewhere, ...blob }) => {
      if (holders.length > 1 || isReferredElsewhere) tally.addKept(blob)
      else tally.addFreed({ ...blob, heldUntilMs })
    },
  })
  const images = await countLive(metadata, repository, signal)
  const kept = { repositoryId: repository.id, signal }
  return await tally.end(images, ({ digest }) => keeperOf(services, caller, digest, { ...kept, going: 'all' }))
}

async function countLive(metadata: MetadataReader, { id }: Pick<StoredRepository, 'id'>, signal: AbortSignal) {
  let images = 0
  await countImages(metadata, id, {
    signal,
    each: ({ repositoryId, live }) => {
      if (repositoryId !== id) return false
      images += live
      return true
    },
  })
  return images
}
