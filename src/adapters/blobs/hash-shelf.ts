import type { UploadId } from '../../ports/ids.ts'
import type { RunningHash } from './running-hash.ts'

/**
 * The running hashes of uploads at rest, so that commit need not read the file again. Only a help: when one is
 * missing, because the process was restarted or there were too many, the file is read.
 */
export class HashShelf {
  readonly #hashes = new Map<UploadId, RunningHash>()
  readonly #capacity: number

  constructor(capacity = 10_000) {
    this.#capacity = capacity
  }

  put(upload: UploadId, hash: RunningHash): void {
    this.#hashes.delete(upload)
    this.#hashes.set(upload, hash)
    for (const oldest of this.#hashes.keys()) {
      if (this.#hashes.size <= this.#capacity) break
      this.#hashes.delete(oldest)
    }
  }

  /** Takes the hash off the shelf, if it has run over exactly `sizeBytes` bytes. */
  take(upload: UploadId, sizeBytes: number): RunningHash | undefined {
    const hash = this.#hashes.get(upload)
    this.#hashes.delete(upload)
    return hash?.sizeBytes === sizeBytes ? hash : undefined
  }

  drop(upload: UploadId): void {
    this.#hashes.delete(upload)
  }
}
