import type { Digest } from '../core/digest.ts'
import type { ByteRange } from '../core/http/parse-range.ts'
import { Refusal } from '../core/refusal.ts'
import type { BlobLocation } from '../ports/blob-store.ts'
import type { BlobRecord } from '../ports/metadata/blobs.ts'
import type { Repository } from '../ports/metadata/repositories.ts'
import type { Services } from './context.ts'
import { INSTALLATION } from './event-place.ts'

/** Blobs up to this size are kept in memory once read: most are image configs, asked for by every pull. */
const CACHED_BLOB_BYTES = 64 * 1024

export interface BlobStat {
  readonly digest: Digest
  readonly sizeBytes: number
  readonly location: BlobLocation
}

/**
 * What the repository holds under the digest.
 *
 * @throws {Refusal} `blob-unknown`, also for a blob that is out of service because it is damaged
 */
export async function getBlobStat(services: Services, repository: Repository, digest: Digest): Promise<BlobStat> {
  const blob = await services.metadata.findRepositoryBlob(repository.id, digest)
  if (!isServable(blob)) throw blobUnknown(digest)
  return blob
}

/**
 * As `getBlobStat`, with the promise that the blob stays for a while although nothing refers to it yet: a client that
 * is told that a blob exists will not upload it, and names it in a manifest later.
 */
export async function getBlobStatAndLease(
  services: Services,
  repository: Repository,
  digest: Digest,
): Promise<BlobStat> {
  const blob = await services.metadata.findRepositoryBlob(repository.id, digest)
  if (!isServable(blob)) throw blobUnknown(digest)
  if (isLeasedLongEnough(services, blob)) return blob
  await services.metadata.transact(async (transaction) => {
    await transaction.lockBlobs([digest], 'shared')
    // The collector may have been faster: only what is still there can be leased.
    if (!isServable(await transaction.findRepositoryBlob(repository.id, digest))) throw blobUnknown(digest)
    await transaction.leaseBlobs([digest], services.clock.nowMs() + services.limits.blobLeaseMs)
  })
  return blob
}

/** Renewing in the second half of a lease bounds the writes to two per lease, however often a blob is asked for. */
export function isLeasedLongEnough(services: Services, blob: BlobRecord): boolean {
  return blob.leaseUntilMs - services.clock.nowMs() > services.limits.blobLeaseMs / 2
}

export function isServable(blob: BlobRecord | undefined): blob is BlobRecord {
  return blob !== undefined && blob.state === 'live'
}

/**
 * The bytes, whole or in part; small blobs come from memory.
 *
 * @throws {Refusal} `blob-unknown` when the bytes have gone missing: the blob is then out of service, so that the
 *   next push of it uploads it again
 */
export async function readBlob(
  services: Services,
  repository: Repository,
  stat: BlobStat,
  range?: ByteRange,
): Promise<Blob | Uint8Array<ArrayBuffer>> {
  if (stat.sizeBytes <= CACHED_BLOB_BYTES) return await readSmallBlob(services, repository, stat, range)
  return await readStored(services, repository, stat, range)
}

async function readSmallBlob(
  services: Services,
  repository: Repository,
  stat: BlobStat,
  range: ByteRange | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  let bytes = services.blobCache.get(stat.digest)
  if (bytes === undefined) {
    const stored = await readStored(services, repository, stat, undefined)
    bytes = new Uint8Array(await stored.arrayBuffer())
    services.blobCache.put(stat.digest, bytes)
  }
  return range === undefined ? bytes : bytes.slice(range.start, range.end + 1)
}

async function readStored(
  services: Services,
  repository: Repository,
  stat: BlobStat,
  range: ByteRange | undefined,
): Promise<Blob> {
  const stored = await services.blobs.read(stat.location, range)
  if (stored !== undefined) return stored
  // A push of the same digest may have replaced the copy since the stat; its old bytes go after a delay.
  const current = await getBlobStat(services, repository, stat.digest)
  const again = current.location === stat.location ? undefined : await services.blobs.read(current.location, range)
  if (again !== undefined) return again
  await takeOutOfService(services, current, 'missing')
  throw blobUnknown(stat.digest)
}

/** Marks a blob damaged, unless it has been replaced meanwhile. The next push of its digest repairs it. */
export async function takeOutOfService(
  services: Services,
  blob: BlobStat,
  finding: 'missing' | 'damaged',
): Promise<void> {
  services.blobCache.delete(blob.digest)
  await services.metadata.transact(async (transaction) => {
    await transaction.lockBlobs([blob.digest], 'exclusive')
    const current = await transaction.findBlob(blob.digest)
    if (current?.location !== blob.location || current.state === 'damaged') return
    await transaction.setBlobState(blob.digest, 'damaged')
    await transaction.recordEvent({
      kind: 'blob-damaged',
      atMs: services.clock.nowMs(),
      ...INSTALLATION,
      detail: { digest: blob.digest, finding, sizeBytes: blob.sizeBytes },
    })
  })
}

/**
 * Hides a blob from the repository. Its bytes go when nothing else holds them.
 *
 * @throws {Refusal} `blob-unknown`; `blob-in-use` when a manifest of the repository refers to it
 */
export async function deleteBlob(services: Services, repository: Repository, digest: Digest): Promise<void> {
  await services.metadata.transact(async (transaction) => {
    if ((await transaction.lockRepository(repository.id, 'exclusive')) === undefined) throw blobUnknown(digest)
    await transaction.lockBlobs([digest], 'exclusive')
    if ((await transaction.findRepositoryBlob(repository.id, digest)) === undefined) throw blobUnknown(digest)
    if (await transaction.isBlobReferenced(repository.id, digest)) throw blobInUse(digest)
    await transaction.unlinkBlob(repository.id, digest)
    await transaction.addCandidate({ kind: 'blob', repositoryId: undefined, digest, dueAtMs: services.clock.nowMs() })
  })
}

export function blobUnknown(digest: Digest): Refusal {
  return new Refusal('blob-unknown', `The blob ${digest} is unknown to this repository.`, { digests: [digest] })
}

function blobInUse(digest: Digest): Refusal {
  return new Refusal(
    'blob-in-use',
    `The blob ${digest} cannot be deleted: a manifest in this repository refers to it. Delete the manifest first.`,
    { digests: [digest] },
  )
}
