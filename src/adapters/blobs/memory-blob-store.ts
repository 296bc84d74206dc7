import { algorithmOf, type Digest, digestFromHex } from '../../core/digest.ts'
import type { BlobLocation, BlobStore, CommittedBlob, VerifyOptions } from '../../ports/blob-store.ts'
import type { UploadId } from '../../ports/ids.ts'
import { locationOf, storageKey } from './storage-key.ts'
import { digestMismatch, tooLarge, uploadBusy, uploadUnknown, wrongOffset } from './upload-refusals.ts'

interface Staged {
  readonly chunks: Uint8Array<ArrayBuffer>[]
  sizeBytes: number
  /** Ends the append that is under way, if any. */
  stop: (() => void) | undefined
}

/** Blobs in memory, for tests and for trying things out. Nothing survives the process. */
export class MemoryBlobStore implements BlobStore {
  readonly #uploads = new Map<UploadId, Staged>()
  readonly #blobs = new Map<BlobLocation, Blob>()
  #owner: string | undefined

  async startUpload(upload: UploadId): Promise<void> {
    storageKey(upload)
    if (this.#uploads.has(upload)) throw new Error(`upload ${upload} was started before`)
    this.#uploads.set(upload, { chunks: [], sizeBytes: 0, stop: undefined })
  }

  async append(
    upload: UploadId,
    offsetBytes: number,
    source: ReadableStream<Uint8Array> | Uint8Array,
    limitBytes: number,
  ): Promise<number> {
    const staged = this.#idle(upload)
    if (offsetBytes !== staged.sizeBytes) throw wrongOffset(offsetBytes, staged.sizeBytes)
    if (source instanceof Uint8Array) add(staged, source, limitBytes)
    else await this.#drain(staged, source, limitBytes)
    if (this.#uploads.get(upload) !== staged) throw uploadUnknown()
    return staged.sizeBytes
  }

  async uploadSize(upload: UploadId): Promise<number | undefined> {
    return this.#uploads.get(upload)?.sizeBytes
  }

  async commit(upload: UploadId, digest: Digest): Promise<CommittedBlob> {
    const staged = this.#idle(upload)
    this.#uploads.delete(upload)
    const actual = digestOf(staged.chunks, digest)
    if (actual !== digest) throw digestMismatch(digest, actual)
    const location = locationOf(upload)
    this.#blobs.set(location, new Blob(staged.chunks))
    return { location, sizeBytes: staged.sizeBytes }
  }

  async discardUpload(upload: UploadId): Promise<void> {
    const staged = this.#uploads.get(upload)
    this.#uploads.delete(upload)
    this.#blobs.delete(locationOf(upload))
    staged?.stop?.()
  }

  async read(location: BlobLocation): Promise<Blob | undefined> {
    return this.#blobs.get(storageKey(location) as BlobLocation) // the same text, checked
  }

  async verify(
    location: BlobLocation,
    digest: Digest,
    options: VerifyOptions = {},
  ): Promise<'intact' | 'damaged' | 'missing'> {
    options.signal?.throwIfAborted()
    const blob = this.#blobs.get(location)
    if (blob === undefined) return 'missing'
    return digestOf([await blob.bytes()], digest) === digest ? 'intact' : 'damaged'
  }

  async remove(location: BlobLocation): Promise<void> {
    storageKey(location)
    this.#blobs.delete(location)
  }

  async *listUploads(): AsyncIterable<UploadId> {
    yield* this.#uploads.keys()
  }

  async owner(): Promise<string | undefined> {
    return this.#owner
  }

  async claim(owner: string): Promise<void> {
    this.#owner = owner
  }

  async probe(): Promise<void> {}

  /** Changes the bytes behind a location, as a failing disk would: for tests of what notices. */
  overwrite(location: BlobLocation, bytes: Uint8Array): void {
    if (this.#blobs.has(location)) this.#blobs.set(location, new Blob([bytes.slice()]))
  }

  /** How many bytes there are, staged and committed, whatever the metadata says of them. */
  storedBytes(): number {
    let sizeBytes = 0
    for (const staged of this.#uploads.values()) sizeBytes += staged.sizeBytes
    for (const blob of this.#blobs.values()) sizeBytes += blob.size
    return sizeBytes
  }

  #idle(upload: UploadId): Staged {
    const staged = this.#uploads.get(upload)
    if (staged === undefined) throw uploadUnknown()
    if (staged.stop !== undefined) throw uploadBusy(staged.sizeBytes)
    return staged
  }

  async #drain(staged: Staged, source: ReadableStream<Uint8Array>, limitBytes: number): Promise<void> {
    const reader = source.getReader()
    staged.stop = () => void reader.cancel().catch(() => {})
    try {
      for (let read = await reader.read(); !read.done; read = await reader.read()) add(staged, read.value, limitBytes)
    } catch (error) {
      staged.stop()
      throw error
    } finally {
      staged.stop = undefined
    }
  }
}

function add(staged: Staged, bytes: Uint8Array, limitBytes: number): void {
  const fitting = bytes.slice(0, Math.max(0, limitBytes - staged.sizeBytes))
  staged.chunks.push(fitting)
  staged.sizeBytes += fitting.byteLength
  if (fitting.byteLength < bytes.byteLength) throw tooLarge(limitBytes)
}

function digestOf(chunks: readonly Uint8Array[], like: Digest): Digest {
  const algorithm = algorithmOf(like)
  const hasher = new Bun.CryptoHasher(algorithm)
  for (const chunk of chunks) hasher.update(chunk)
  return digestFromHex(algorithm, hasher.digest('hex'))
}
