import { digestOf } from '../core/content-digest.ts'
import { algorithmOf, type Digest } from '../core/digest.ts'
import type { ByteRange } from '../core/http/parse-range.ts'
import { hasWholeTerm, leaseEndMs } from '../core/lease.ts'
import { Refusal } from '../core/refusal.ts'
import type { BlobLocation } from '../ports/blob-store.ts'
import type { BlobRecord } from '../ports/metadata/blobs.ts'
import type { Repository } from '../ports/metadata/repositories.ts'
import type { Services } from './context.ts'
import { INSTALLATION } from './event-place.ts'

/** Blobs up to this size are kept in memory once read: most are image configs, asked for by every pull. */
const CACHED_BLOB_BYTES = 64 * 1024

/** What is wrong with a copy of a blob. */
type Finding = 'missing' | 'damaged'
type Bytes = Blob | Uint8Array<ArrayBuffer>

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
 * As `getBlobStat`, with the promise that the blob stays for a whole lease although nothing refers to it yet: a client
 * that is told that a blob exists will not upload it, and names it in a manifest later.
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
    await transaction.lockBlobs([digest], 'exclusive')
    // The collector may have been faster: only what is still there can be leased. So may another who asked.
    const current = await transaction.findRepositoryBlob(repository.id, digest)
    if (!isServable(current)) throw blobUnknown(digest)
    if (isLeasedLongEnough(services, current)) return
    await transaction.leaseBlobs([digest], leaseEndMs(services.clock.nowMs(), services.limits.blobLeaseMs))
  })
  return blob
}

function isLeasedLongEnough({ clock, limits }: Services, blob: BlobRecord): boolean {
  return hasWholeTerm(blob.leaseUntilMs, clock.nowMs(), limits.blobLeaseMs)
}

export function isServable(blob: BlobRecord | undefined): blob is BlobRecord {
  return blob !== undefined && blob.state === 'live'
}

/**
 * The bytes, whole or in part; small blobs come from memory.
 *
 * @throws {Refusal} `blob-unknown` when the bytes are missing or turn out to be others: the blob is then out of service,
 *   so that the next push of it uploads it again
 */
export async function readBlob(
  services: Services,
  repository: Repository,
  stat: BlobStat,
  range?: ByteRange,
): Promise<Bytes> {
  const bytes = services.blobCache.get(stat.location) ?? (await readIntact(services, repository, stat))
  return range === undefined ? bytes : bytes.slice(range.start, range.end + 1)
}

async function readIntact(services: Services, repository: Repository, stat: BlobStat): Promise<Bytes> {
  const first = await readChecked(services, stat)
  if (typeof first !== 'string') return first
  // A push of the same digest may have replaced the copy since the stat; its old bytes go after a delay.
  const current = await getBlobStat(services, repository, stat.digest)
  const found = current.location === stat.location ? first : await readChecked(services, current)
  if (typeof found !== 'string') return found
  await takeOutOfService(services, current, found)
  throw blobUnknown(stat.digest)
}

/**
 * Hashing a small blob takes less time than reading it. A larger one goes from the disk to the client without passing
 * here, so only its size can be asked; the scrub does the rest.
 */
async function readChecked(services: Services, stat: BlobStat): Promise<Bytes | Finding> {
  const stored = await services.blobs.read(stat.location)
  if (stored === undefined) return 'missing'
  if (stored.size !== stat.sizeBytes) return 'damaged'
  if (stat.sizeBytes > CACHED_BLOB_BYTES) return stored
  const bytes = new Uint8Array(await stored.arrayBuffer())
  if (digestOf(bytes, algorithmOf(stat.digest)) !== stat.digest) return 'damaged'
  services.blobCache.put(stat.location, bytes)
  return bytes
}

/** Marks a blob damaged, unless it has been replaced meanwhile. The next push of its digest repairs it. */
export async function takeOutOfService(services: Services, blob: BlobStat, finding: Finding): Promise<void> {
  services.blobCache.delete(blob.location)
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

/** The other way round, for a copy that has turned out to be intact, unless it has been replaced meanwhile. */
export async function putBackIntoService(services: Services, blob: BlobStat): Promise<void> {
  const atMs = services.clock.nowMs()
  await services.metadata.transact(async (transaction) => {
    await transaction.lockBlobs([blob.digest], 'exclusive')
    const current = await transaction.findBlob(blob.digest)
    if (current?.location !== blob.location || current.state !== 'damaged') return
    await transaction.setBlobState(blob.digest, 'live')
    await transaction.setBlobVerified(blob.digest, atMs)
    const detail = { digest: blob.digest, sizeBytes: blob.sizeBytes }
    await transaction.recordEvent({ kind: 'blob-recovered', atMs, ...INSTALLATION, detail })
  })
}

/**
 * Takes a blob from the repository: it is unknown there from now on, and its bytes go when nothing else holds them.
 *
 * A deleted manifest holds its blobs until its restore window ends, so the bytes stay as long, and whatever brings the
 * manifest back brings them back with it: a push of it, or an undo (`unhideBlobs`). Until then the blob is unknown to
 * everybody, also to those who push another manifest over it.
 *
 * @throws {Refusal} `blob-unknown`; `blob-in-use` when a manifest of the repository refers to it
 */
export async function deleteBlob(services: Services, repository: Repository, digest: Digest): Promise<void> {
  await services.metadata.transact(async (transaction) => {
    if ((await transaction.lockRepository(repository.id, 'exclusive')) === undefined) throw blobUnknown(digest)
    await transaction.lockBlobs([digest], 'exclusive')
    if ((await transaction.findRepositoryBlob(repository.id, digest)) === undefined) throw blobUnknown(digest)
    if (await transaction.isBlobReferenced(repository.id, digest)) throw blobInUse(digest)
    if (await transaction.isBlobHeldBy(repository.id, digest)) {
      // The purge of the manifest makes it a candidate.
      await transaction.hideBlob(repository.id, digest)
      return
    }
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
