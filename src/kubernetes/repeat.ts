import type { Log, LogFields } from '../ports/log.ts'
import { retryAfterMs } from './refresh-times.ts'
import { wait } from './wait.ts'

export interface RepeatOptions {
  /** What is logged when the work fails, and with what. */
  readonly onFailure: string
  readonly fields: LogFields
  readonly log: Log
  readonly chance: () => number
  readonly signal: AbortSignal
}

/**
 * Does the work until the signal is given: again after as many milliseconds as it says, and after a failure, which is
 * logged, a little later each time. Never throws.
 */
export async function repeat(options: RepeatOptions, work: () => Promise<number>): Promise<void> {
  const { onFailure, fields, log, chance, signal } = options
  let failures = 0
  while (!signal.aborted) {
    let pauseMs: number
    try {
      pauseMs = await work()
      failures = 0
    } catch (error) {
      if (signal.aborted) return
      failures += 1
      pauseMs = retryAfterMs(failures, chance())
      log.write('warn', onFailure, { ...fields, failures, why: error instanceof Error ? error.message : String(error) })
    }
    await wait(pauseMs, signal)
  }
}
