/**
 * Work that a request has begun and does not wait for. All of it can be cut off anywhere: what it does is written down as
 * it goes, and a later run goes on from there.
 */
export class BackgroundWork {
  readonly #abort = new AbortController()
  readonly #running = new Set<Promise<void>>()
  readonly #failed: (name: string, error: unknown) => void

  /** @param failed is told of work that threw */
  constructor(failed: (name: string, error: unknown) => void) {
    this.#failed = failed
  }

  /** Runs `work` from now on, unless everything is being stopped. */
  start(name: string, work: (signal: AbortSignal) => Promise<unknown>): void {
    if (this.#abort.signal.aborted) return
    const running = work(this.#abort.signal)
      .then(
        () => undefined,
        (error: unknown) => {
          if (!this.#abort.signal.aborted) this.#failed(name, error)
        },
      )
      .finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  /** Waits until nothing runs. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  /** Tells all of it to end, and waits until it has. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.idle()
  }
}
