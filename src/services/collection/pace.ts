import type { Clock } from '../../ports/clock.ts'

const LONGEST_REST_MS = 250

/**
 * So many failures in one run are the disk's: the run leaves it at that, and the next one sees whether it was mended.
 * Without a bound, a run over a dead disk would list what has failed already again and again.
 */
export const MOST_FAILURES = 200

/** Keeps background work to a share of the time. Between two steps the event loop always gets its turn. */
export class Pace {
  readonly #clock: Clock
  readonly #busyShare: number
  readonly #signal: AbortSignal
  readonly #isQuiet: () => boolean

  /**
   * @param busyShare above 0 and at most 1; the work itself may wait for others, and so slows down when they are busy
   * @param isQuiet whether nobody is there who could notice: then it does not rest
   */
  constructor(
    clock: Clock,
    { busyShare, isQuiet = () => false }: { busyShare: number; isQuiet?: () => boolean },
    signal: AbortSignal,
  ) {
    this.#clock = clock
    this.#busyShare = busyShare
    this.#isQuiet = isQuiet
    this.#signal = signal
  }

  get isInterrupted(): boolean {
    return this.#signal.aborted
  }

  get isQuiet(): boolean {
    return this.#isQuiet()
  }

  /** Does one step, then rests in proportion to how long it took, while there are requests. */
  async step<Result>(work: () => Promise<Result>): Promise<Result> {
    const startedAtMs = this.#clock.nowMs()
    const result = await work()
    const busyMs = Math.max(0, this.#clock.nowMs() - startedAtMs)
    const restMs = this.#isQuiet() ? 0 : Math.min(LONGEST_REST_MS, busyMs * (1 / this.#busyShare - 1))
    await rest(restMs, this.#signal)
    return result
  }
}

/** Waits, but no longer than until the signal. */
export async function rest(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  const stop = () => resolve()
  signal.addEventListener('abort', stop, { once: true })
  await promise
  clearTimeout(timer)
  signal.removeEventListener('abort', stop)
}
