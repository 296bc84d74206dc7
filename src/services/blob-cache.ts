import type { Digest } from '../core/digest.ts'

/**
 * The bytes of small blobs that were read lately, by digest. Content never changes under its digest, so an entry is
 * never stale; whether a caller may see it is asked of the metadata on every read all the same.
 */
export class BlobCache {
  readonly #entries = new Map<Digest, Uint8Array<ArrayBuffer>>()
  readonly #capacityBytes: number
  #sizeBytes = 0

  /** @param capacityBytes what all entries together may hold */
  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes
  }

  get(digest: Digest): Uint8Array<ArrayBuffer> | undefined {
    const bytes = this.#entries.get(digest)
    if (bytes === undefined) return undefined
    this.#entries.delete(digest)
    this.#entries.set(digest, bytes)
    return bytes
  }

  put(digest: Digest, bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.byteLength > this.#capacityBytes) return
    this.delete(digest)
    this.#entries.set(digest, bytes)
    this.#sizeBytes += bytes.byteLength
    for (const oldest of this.#entries.keys()) {
      if (this.#sizeBytes <= this.#capacityBytes) break
      this.delete(oldest)
    }
  }

  delete(digest: Digest): void {
    const bytes = this.#entries.get(digest)
    if (bytes === undefined) return
    this.#entries.delete(digest)
    this.#sizeBytes -= bytes.byteLength
  }
}
