import type { Digest, DigestAlgorithm } from '../core/digest.ts'
import type { ByteRange } from '../core/http/parse-range.ts'
import type { UploadId } from './ids.ts'

declare const brand: unique symbol

/**
 * Where an adapter keeps one committed blob: opaque to everybody else, and never reused. Two commits of the same
 * digest give two locations, so that removing an old copy can never hit a new one (docs/adr/0002).
 */
export type BlobLocation = string & { readonly [brand]: 'BlobLocation' }

export interface CommittedBlob {
  readonly location: BlobLocation
  readonly sizeBytes: number
}

/**
 * Bytes, staged by upload and then committed under a digest. It knows nothing of repositories or of who may see
 * what, nor which location is current for a digest: that is the metadata store's business.
 *
 * Every method may refuse with `storage-full` (no space, quota) or `storage-unavailable` (read-only, too many open
 * files, I/O error) and then has left nothing half-written that can be seen.
 */
export interface BlobStore {
  /**
   * Starts an upload that holds no bytes yet. `algorithm` is only a hint which hash to run while bytes arrive.
   * The caller records the id in the metadata store first, so that a crash leaves nothing unknown behind.
   */
  startUpload(upload: UploadId, algorithm: DigestAlgorithm): Promise<void>

  /**
   * Appends bytes at `offsetBytes`, which must be where the upload stands. Appends to one upload never interleave:
   * the second of two at once is refused. Bytes that arrived before the source failed are kept, and the source's
   * error is thrown on; `uploadSize` then tells the truth.
   *
   * @param limitBytes the most that the upload may hold in all
   * @returns the size of the upload afterwards
   * @throws {Refusal} `upload-unknown`; `upload-range` with `detail.offsetBytes` when the upload stands elsewhere or
   *   another append is under way; `layer-too-large` past the limit, after which the upload still holds what fitted
   */
  append(
    upload: UploadId,
    offsetBytes: number,
    source: ReadableStream<Uint8Array> | Uint8Array,
    limitBytes: number,
  ): Promise<number>

  /** How many bytes the upload holds, or undefined when there is no such upload. Survives a restart of the process. */
  uploadSize(upload: UploadId): Promise<number | undefined>

  /**
   * Checks the staged bytes against `digest`, makes them durable (they survive a power cut once this resolves) and
   * ends the upload. Nothing refers to the location until the caller has recorded it.
   *
   * @throws {Refusal} `upload-unknown`; `digest-mismatch`, after which the upload is gone; `upload-range` when an
   *   append is under way
   */
  commit(upload: UploadId, digest: Digest): Promise<CommittedBlob>

  /**
   * Removes what an upload left, staged or committed but never recorded. No error when there is nothing.
   * Never call it for an upload whose location has been recorded.
   */
  discardUpload(upload: UploadId): Promise<void>

  /**
   * The bytes at a location, whole or in part, without reading them into memory.
   *
   * @returns undefined when the location holds nothing, which means damage: the metadata said that it does
   */
  read(location: BlobLocation, range?: ByteRange): Promise<Blob | undefined>

  /** Re-hashes what is stored: the scrub's check. Reads at most `bytesPerSecond` when given. */
  verify(location: BlobLocation, digest: Digest, bytesPerSecond?: number): Promise<'intact' | 'damaged' | 'missing'>

  /** Removes a committed blob's bytes; streams that are open on them go on to their end. No error when already gone. */
  remove(location: BlobLocation): Promise<void>

  /** Uploads that hold staged bytes, for the clean-up after a crash. Does not list committed blobs. */
  listUploads(): AsyncIterable<UploadId>

  /** Which installation the bytes belong to, or undefined for a store that nobody has claimed. */
  owner(): Promise<string | undefined>

  /** Records, durably, whose bytes these are. Only for a store that has no owner. */
  claim(owner: string): Promise<void>

  /** Writes, syncs and removes a small probe: readiness. @throws {Refusal} as every method may */
  probe(): Promise<void>
}
