import type { BlobLocation } from '../ports/blob-store.ts'

/** What one entry takes beside its bytes, so that a million empty blobs are not for nothing. */
const ENTRY_BYTES = 300

/**
 * The bytes of small blobs that were read lately, by location. A location is written once and never used again, so an
 * entry is never stale: a push that repairs a blob gives it another location. Only what has been checked against its
 * digest goes in; whether a caller may see it is asked of the metadata on every read all the same.
 */
export class BlobCache {
  readonly #entries = new Map<BlobLocation, Uint8Array<ArrayBuffer>>()
  readonly #capacityBytes: number
  #sizeBytes = 0

  /** @param capacityBytes what all entries together may hold */
  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes
  }

  get(location: BlobLocation): Uint8Array<ArrayBuffer> | undefined {
    const bytes = this.#entries.get(location)
    if (bytes === undefined) return undefined
    this.#entries.delete(location)
    this.#entries.set(location, bytes)
    return bytes
  }

  put(location: BlobLocation, bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.byteLength + ENTRY_BYTES > this.#capacityBytes) return
    this.delete(location)
    this.#entries.set(location, bytes)
    this.#sizeBytes += bytes.byteLength + ENTRY_BYTES
    for (const oldest of this.#entries.keys()) {
      if (this.#sizeBytes <= this.#capacityBytes) break
      this.delete(oldest)
    }
  }

  delete(location: BlobLocation): void {
    const bytes = this.#entries.get(location)
    if (bytes === undefined) return
    this.#entries.delete(location)
    this.#sizeBytes -= bytes.byteLength + ENTRY_BYTES
  }
}
