import { algorithmOf, type Digest, type DigestAlgorithm, quote } from '../core/digest.ts'
import { leaseEndMs } from '../core/lease.ts'
import { Refusal } from '../core/refusal.ts'
import type { CommittedBlob } from '../ports/blob-store.ts'
import type { UploadId } from '../ports/ids.ts'
import type { Repository } from '../ports/metadata/repositories.ts'
import type { Upload } from '../ports/metadata/uploads.ts'
import type { MetadataTransaction } from '../ports/metadata-store.ts'
import { condemnUpload, discardCondemned } from './collection/condemn-upload.ts'
import type { Caller, Services } from './context.ts'
import { eventPlace } from './event-place.ts'
import { repositoryUnknown } from './get-repository.ts'
import { keepingAlive } from './keeping-alive.ts'
import { chargeLateBlob } from './settings/charge.ts'

export interface StartUploadOptions {
  readonly surface: Upload['surface']
  /** A hint which hash to run while bytes arrive; the upload may be finished with either. */
  readonly algorithm: DigestAlgorithm
}

/** @throws {Refusal} `too-many-requests` when the principal has too many uploads open */
export async function startUpload(
  services: Services,
  caller: Caller,
  repository: Repository,
  options: StartUploadOptions,
): Promise<UploadId> {
  const { metadata, clock, ids, limits } = services
  const principal = uploaderOf(caller)
  const id = ids.uploadId()
  const startedAtMs = clock.nowMs()
  await metadata.transact(async (transaction) => {
    await refuseTooManyUploads(transaction, principal, limits.uploadsPerPrincipal)
    await transaction.insertUpload({
      id,
      repositoryId: repository.id,
      principal,
      surface: options.surface,
      startedAtMs,
      expiresAtMs: leaseEndMs(startedAtMs, limits.uploadExpiryMs),
    })
  })
  try {
    await services.blobs.startUpload(id, options.algorithm)
    return id
  } catch (error) {
    await abandonUpload(services, { id, repositoryId: repository.id })
    throw error
  }
}

/**
 * Makes a blob of bytes that come in one piece. Nobody learns of the upload behind it, so whatever goes wrong ends it:
 * nobody could go on with it, and it would count among its owner's uploads until it expires.
 *
 * @throws {Refusal} as `startUpload`, `appendToUpload` and `finishUpload`
 */
export async function uploadAtOnce(
  services: Services,
  caller: Caller,
  repository: Repository,
  blob: { surface: Upload['surface']; digest: Digest; body: ReadableStream<Uint8Array> | Uint8Array },
): Promise<{ digest: Digest; sizeBytes: number }> {
  const { surface, digest, body } = blob
  const uploadId = await startUpload(services, caller, repository, { surface, algorithm: algorithmOf(digest) })
  try {
    await appendToUpload(services, caller, repository, { uploadId, offsetBytes: 0, body })
    return await finishUpload(services, caller, repository, { uploadId, digest })
  } catch (error) {
    await abandonUpload(services, { id: uploadId, repositoryId: repository.id })
    throw error
  }
}

/**
 * Appends to the upload, at its end when no offset is given.
 *
 * @returns the size afterwards
 * @throws {Refusal} `upload-unknown`, `upload-range`, `layer-too-large`
 */
export async function appendToUpload(
  services: Services,
  caller: Caller,
  repository: Repository,
  append: { uploadId: UploadId; offsetBytes: number | undefined; body: ReadableStream<Uint8Array> | Uint8Array },
): Promise<number> {
  const upload = await getUpload(services, caller, repository, append.uploadId)
  const offset = append.offsetBytes ?? (await uploadSize(services, upload.id))
  return await keepingAlive(services, upload, () =>
    services.blobs.append(upload.id, offset, append.body, services.limits.blobBytes),
  )
}

/** @throws {Refusal} `upload-unknown` */
export async function getUploadSize(
  services: Services,
  caller: Caller,
  repository: Repository,
  uploadId: UploadId,
): Promise<number> {
  const upload = await getUpload(services, caller, repository, uploadId)
  return await uploadSize(services, upload.id)
}

/**
 * Makes the upload a blob of the repository. The bytes are durable before the metadata names them, and the metadata
 * before this resolves. A digest that was there already gets these bytes as its current copy, which mends it.
 *
 * @throws {Refusal} `upload-unknown`; `digest-mismatch`, after which the upload is gone; `upload-range` while an
 *   append runs; `repository-unknown` when the repository was deleted meanwhile
 */
export async function finishUpload(
  services: Services,
  caller: Caller,
  repository: Repository,
  finish: { uploadId: UploadId; digest: Digest },
): Promise<{ digest: Digest; sizeBytes: number }> {
  const upload = await getUpload(services, caller, repository, finish.uploadId)
  const committed = await keepingAlive(services, upload, () => commitBytes(services, upload.id, finish.digest))
  const refusal = await services.metadata.transact(async (transaction) => {
    // Deleted while the bytes were on their way: nothing may refer to them, so the upload goes instead.
    const unknown = repositoryUnknown(repository.name, caller.registry.accountId)
    if ((await transaction.lockRepository(repository.id, 'shared')) === undefined) return unknown
    const current = await transaction.findUpload(upload.id)
    // Cancelled or expired meanwhile: whoever did that removes the bytes, unless it came too early for them.
    if (current?.principal !== upload.principal) return uploadUnknown(upload.id)
    const by = caller.principal.arn
    await recordBlob(services, transaction, { upload, repository, digest: finish.digest, committed, by })
    return undefined
  })
  if (refusal !== undefined) {
    await dropUpload(services, upload.id)
    throw refusal
  }
  return { digest: finish.digest, sizeBytes: committed.sizeBytes }
}

/** @throws {Refusal} `upload-unknown` */
export async function cancelUpload(
  services: Services,
  caller: Caller,
  repository: Repository,
  uploadId: UploadId,
): Promise<void> {
  const upload = await getUpload(services, caller, repository, uploadId)
  if (!(await condemnUpload(services, upload, (current) => current.principal === upload.principal))) {
    throw uploadUnknown(uploadId)
  }
  await discardCondemned(services, upload.id)
}

/** An upload belongs to a repository and to who began it; to anybody else it does not exist. */
async function getUpload(
  services: Services,
  caller: Caller,
  repository: Repository,
  uploadId: UploadId,
): Promise<Upload> {
  const upload = await services.metadata.findUpload(uploadId)
  const mine = upload?.repositoryId === repository.id && upload.principal === uploaderOf(caller)
  if (upload === undefined || !mine) throw uploadUnknown(uploadId)
  return upload
}

async function uploadSize(services: Services, uploadId: UploadId): Promise<number> {
  const size = await services.blobs.uploadSize(uploadId)
  if (size === undefined) throw uploadUnknown(uploadId)
  return size
}

async function refuseTooManyUploads(transaction: MetadataTransaction, principal: string, most: number): Promise<void> {
  if ((await transaction.countUploads(principal)) < most) return
  throw new Refusal('too-many-requests', `There are ${most} uploads open already; finish or cancel some.`, {
    retryAfterSeconds: 60,
  })
}

async function commitBytes(services: Services, uploadId: UploadId, digest: Digest): Promise<CommittedBlob> {
  try {
    return await services.blobs.commit(uploadId, digest)
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'digest-mismatch') await dropUpload(services, uploadId)
    throw error
  }
}

async function recordBlob(
  services: Services,
  transaction: MetadataTransaction,
  blob: { upload: Upload; repository: Repository; digest: Digest; committed: CommittedBlob; by: string },
): Promise<void> {
  const now = services.clock.nowMs()
  const leaseUntilMs = leaseEndMs(now, services.limits.blobLeaseMs)
  const { digest, committed, upload, repository } = blob
  const previous = await transaction.putBlob(
    { digest, ...committed, state: 'live', leaseUntilMs, verifiedAtMs: now },
    now + services.limits.removalDelayMs,
  )
  await transaction.linkBlob(upload.repositoryId, digest, leaseUntilMs)
  await transaction.deleteUpload(upload.id)
  await chargeLateBlob(transaction, repository, digest)
  if (previous?.state !== 'damaged') return
  await transaction.recordEvent({
    kind: 'blob-repaired',
    atMs: now,
    ...eventPlace(repository),
    principal: blob.by,
    detail: { digest },
  })
}

/**
 * Ends an upload that has failed and that nobody knows of. It is condemned first, because the transaction that records
 * its blob may have taken effect although it seemed to fail. What cannot be removed now goes when it expires.
 */
async function abandonUpload(services: Services, upload: { id: UploadId; repositoryId: number }): Promise<void> {
  try {
    if (await condemnUpload(services, upload, () => true)) await discardCondemned(services, upload.id)
  } catch {
    // The caller hears of what failed first.
  }
}

/** Bytes first: should the process die between the two, the row still says that there was something to remove. */
async function dropUpload(services: Services, uploadId: UploadId): Promise<void> {
  await services.blobs.discardUpload(uploadId)
  await services.metadata.transact((transaction) => transaction.deleteUpload(uploadId))
}

export function uploadUnknown(uploadId: string): Refusal {
  return new Refusal(
    'upload-unknown',
    `There is no upload ${quote(uploadId)}: it was finished, cancelled or has expired.`,
  )
}

/** Whose uploads they are: an id that is never used twice, so that nobody who comes by a name comes by them too. */
function uploaderOf({ principal }: Caller): string {
  return principal.kind === 'anonymous' ? principal.arn : principal.userId
}
