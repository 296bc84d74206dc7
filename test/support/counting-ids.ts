import { type EntityPrefix, type Ids, isUploadId, type UploadId } from '../../src/ports/ids.ts'

/** Ids that count up from 1, so that a test's output is the same on every run. */
export class CountingIds implements Ids {
  #last = 0

  uploadId(): UploadId {
    const text = this.#next().padStart(32, '0')
    if (!isUploadId(text)) throw new Error(`not an upload id: ${text}`)
    return text
  }

  uuid(): string {
    return `00000000-0000-4000-8000-${this.#next().padStart(12, '0')}`
  }

  entityId(prefix: EntityPrefix): string {
    const length = prefix === 'AKIA' || prefix === 'ASIA' ? 16 : 17
    // Base 32 has neither 0 nor 1.
    return prefix + this.#next().replaceAll('0', 'G').replaceAll('1', 'H').toUpperCase().padStart(length, 'A')
  }

  secretAccessKey(): string {
    return this.#next().padStart(40, '0')
  }

  nonce(): Uint8Array {
    return new Uint8Array(Buffer.from(this.#next().padStart(24, '0'), 'hex'))
  }

  #next(): string {
    this.#last += 1
    return this.#last.toString(16)
  }
}
