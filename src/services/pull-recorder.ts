import type { Digest } from '../core/digest.ts'
import type { Clock } from '../ports/clock.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'

/** ECR refreshes the time at least every 24 hours; ours is exact to this. */
const RESOLUTION_MS = 60_000
const MOST_PENDING = 100_000

interface Pull {
  readonly repositoryId: number
  readonly digest: Digest
  readonly atMs: number
}

/**
 * Remembers which manifests were pulled and writes the times in bulk, so that a pull never waits for a write. What
 * has not been written when the process dies is lost: the time is advice, not a record.
 */
export class PullRecorder {
  readonly #pending = new Map<string, Pull>()
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
    if (this.#pending.size >= MOST_PENDING && !this.#pending.has(key)) return
    this.#pending.set(key, { repositoryId, digest, atMs })
    if (this.#written.size >= MOST_PENDING) this.#written = new Map()
    this.#written.set(key, atMs)
  }

  /** Writes what is pending; called every few seconds and at a graceful stop. What cannot be written waits for the next. */
  async flush(): Promise<void> {
    if (this.#pending.size === 0) return
    const taken = new Map(this.#pending)
    this.#pending.clear()
    try {
      await this.#metadata.transact((transaction) => transaction.recordPulls([...taken.values()]))
    } catch (error) {
      this.#putBack(taken)
      throw error
    }
  }

  /** A pull that was noted meanwhile is the later one of the same manifest. */
  #putBack(taken: ReadonlyMap<string, Pull>): void {
    for (const [key, pull] of taken) {
      if (this.#pending.size >= MOST_PENDING) return
      if (!this.#pending.has(key)) this.#pending.set(key, pull)
    }
  }
}
