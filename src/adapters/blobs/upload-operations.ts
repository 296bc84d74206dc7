import type { UploadId } from '../../ports/ids.ts'

/** The one thing that is being done to an upload. */
export interface UploadOperation {
  /** The upload was discarded meanwhile: whatever the operation made must go, and its caller be told. */
  discarded: boolean
  /** Ends an append whose client may be silent for long. */
  stop: (() => void) | undefined
}

/** At most one operation per upload, in this process. */
export class UploadOperations {
  readonly #running = new Map<UploadId, UploadOperation>()

  /**
   * Runs `work` alone.
   *
   * @param busy what to throw when something is being done to the upload already
   */
  async alone<Result>(
    upload: UploadId,
    busy: () => Error,
    work: (operation: UploadOperation) => Promise<Result>,
  ): Promise<Result> {
    if (this.#running.has(upload)) throw busy()
    const operation: UploadOperation = { discarded: false, stop: undefined }
    this.#running.set(upload, operation)
    try {
      return await work(operation)
    } finally {
      this.#running.delete(upload)
    }
  }

  discard(upload: UploadId): void {
    const operation = this.#running.get(upload)
    if (operation === undefined) return
    operation.discarded = true
    operation.stop?.()
  }
}
