import type { Log } from '../ports/log.ts'

const BURST = 200
const PER_SECOND = 10
const TELL_EVERY_MS = 60_000

/**
 * How many lines strangers may have written, so that whoever can reach the port cannot fill the disk or hide something
 * in the crowd. What is left out is counted, and told once a minute; the metrics count every request anyway.
 */
export class LineBudget {
  readonly #log: Log
  #left = BURST
  #filledMs = performance.now()
  #omitted = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(log: Log) {
    this.#log = log
  }

  /** @returns whether the line may be written */
  take(): boolean {
    const nowMs = performance.now()
    this.#left = Math.min(BURST, this.#left + ((nowMs - this.#filledMs) * PER_SECOND) / 1000)
    this.#filledMs = nowMs
    if (this.#left >= 1) {
      this.#left -= 1
      return true
    }
    this.#omitted += 1
    this.#timer ??= setTimeout(() => this.#tell(), TELL_EVERY_MS).unref()
    return false
  }

  #tell(): void {
    this.#timer = undefined
    this.#log.write('warn', 'refusals of unknown callers were left out of the log', { lines: this.#omitted })
    this.#omitted = 0
  }
}
