import { syncData, writeAll } from './file-descriptor.ts'
import type { RunningHash } from './running-hash.ts'
import type { SpaceGuard } from './space-guard.ts'

/** With one batch on its way and one being gathered, an upload holds at most twice this and a chunk. */
const BATCH_BYTES = 512 * 1024
/** Keeps a batch under the system's limit for one writev, 1,024 pieces. */
const BATCH_CHUNKS = 512
/** How much may wait for the disk before it is told to begin: what is written early need not be awaited at commit. */
const SYNC_EVERY_BYTES = 32 * 1024 * 1024

/**
 * Writes chunks at the end of a file and hashes them. The first chunk goes out at once; while it is on its way the
 * next ones are hashed and gathered into a batch. So a slow client holds no memory, and a fast one makes big writes.
 */
export class StagedWriter {
  readonly #fd: number
  readonly #hash: RunningHash | undefined
  readonly #space: SpaceGuard
  #batch: Uint8Array[] = []
  #batchBytes = 0
  #writing: Promise<void> | undefined
  #syncing: Promise<void> | undefined
  #unsyncedBytes = 0
  #failure: { readonly error: unknown } | undefined
  #writtenBytes = 0
  /** Whether a sync failed: then bytes that were written may be lost, and a later sync would not say so again. */
  lostBytes = false

  constructor(fd: number, hash: RunningHash | undefined, space: SpaceGuard) {
    this.#fd = fd
    this.#hash = hash
    this.#space = space
  }

  /** Bytes that the system has taken from whole batches. */
  get writtenBytes(): number {
    return this.#writtenBytes
  }

  /**
   * Takes a chunk, which must not change until `finish`; resolves when there is room for the next.
   *
   * @throws {Refusal} `storage-full`, and then this chunk was not taken
   */
  async add(chunk: Uint8Array): Promise<void> {
    if (chunk.byteLength === 0) return
    this.#space.take(chunk.byteLength)
    this.#batch.push(chunk)
    this.#batchBytes += chunk.byteLength
    if (this.#writing === undefined) this.#startWriting()
    this.#hash?.update(chunk)
    if (this.#batchBytes >= BATCH_BYTES || this.#batch.length >= BATCH_CHUNKS) await this.#writing
    if (this.#failure) throw this.#failure.error
  }

  /** Resolves when every chunk is written and the file can be closed, also after a failure, which it throws again. */
  async finish(): Promise<void> {
    while (this.#writing) await this.#writing
    await this.#syncing
    if (this.#failure) throw this.#failure.error
  }

  #startWriting(): void {
    const [batch, batchBytes] = [this.#batch, this.#batchBytes]
    this.#batch = []
    this.#batchBytes = 0
    this.#writing = writeAll(this.#fd, batch).then(
      () => this.#wrote(batchBytes),
      (error: unknown) => {
        this.#writing = undefined
        this.#failure ??= { error }
      },
    )
  }

  #wrote(sizeBytes: number): void {
    this.#writtenBytes += sizeBytes
    this.#unsyncedBytes += sizeBytes
    this.#writing = undefined
    if (this.#failure) return
    if (this.#batchBytes > 0) this.#startWriting()
    if (this.#unsyncedBytes >= SYNC_EVERY_BYTES && this.#syncing === undefined) this.#startSyncing()
  }

  #startSyncing(): void {
    this.#unsyncedBytes = 0
    this.#syncing = syncData(this.#fd).then(
      () => {
        this.#syncing = undefined
      },
      (error: unknown) => {
        this.lostBytes = true
        this.#failure ??= { error }
      },
    )
  }
}
