import type { Digest } from '../core/digest.ts'
import type { Clock } from '../ports/clock.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'

/** ECR refreshes the time at least every 24 hours; ours is exact to this. */
const RESOLUTION_MS = 60_000
const MOST_PENDING = 100_000

/**
 * Remembers which manifests were pulled and writes the times in bulk, so that a pull never waits for a write. What
 * has not been written when the process dies is lost: the time is advice, not a record.
 */
export class PullRecorder {
  readonly #pending = new Map<string, { repositoryId: number; digest: Digest; atMs: number }>()
  #written = new Map<string, number>()
  readonly #metadata: MetadataStore
  readonly #clock: Clock

  constructor(metadata: MetadataStore, clock: Clock) {
    this.#metadata = metadata
    this.#clock = clock
  }

  note(repositoryId: number, digest: Digest): void {
    const key = `${repositoryId}/${digest}`
    const atMs = this.#clock.nowMs()
    const last = this.#written.get(key)
    if (last !== undefined && atMs - last < RESOLUTION_MS) return
    if (this.#pending.size < MOST_PENDING) this.#pending.set(key, { repositoryId, digest, atMs })
    if (this.#written.size >= MOST_PENDING) this.#written = new Map()
    this.#written.set(key, atMs)
  }

  /** Writes what is pending; called every few seconds and at a graceful stop. */
  async flush(): Promise<void> {
    if (this.#pending.size === 0) return
    const pulls = [...this.#pending.values()]
    this.#pending.clear()
    await this.#metadata.transact((transaction) => transaction.recordPulls(pulls))
  }
}
