import type { Counter, Metrics } from '../adapters/metrics/metrics.ts'
import type { Log, LogFields } from '../ports/log.ts'
import { settlesWithin } from './settles-within.ts'

/** Work that the server does by itself, again and again. */
export interface Job {
  readonly name: string
  /** From the end of one run to the beginning of the next. */
  readonly intervalMs: number
  /** The first run comes after this instead of after the interval. */
  readonly firstAfterMs?: number
  /** It runs so often that what went well is worth no line, not even at `debug`. */
  readonly isFrequent?: true
  /** Takes a function by which a run can be asked for before its time. */
  wakes?(wake: () => void): void
  /** Woken all the time, it runs so often and no more. */
  readonly leastPauseMs?: number
  /** Resolves when what a run has begun and not waited for is over, which is soon after `signal`. */
  idle?(): Promise<void>
  /**
   * One run. It should end soon after `signal`. What it returns is logged, at `debug` when it is empty.
   */
  run(signal: AbortSignal): Promise<LogFields | undefined>
}

/** Up to this share of the interval is left off at random, so that many processes do not all work at once. */
const JITTER = 0.1

const LEAST_PAUSE_MS = 20

/** The most that `setTimeout` can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

function pauseOf({ leastPauseMs = LEAST_PAUSE_MS }: Job): number {
  return leastPauseMs
}

/** Runs jobs, each one never twice at the same time. A run that fails is logged and counted, and the next one comes. */
export class Jobs {
  readonly #abort = new AbortController()
  readonly #log: Log
  readonly #runs: Counter
  readonly #seconds: Counter
  readonly #lastSuccess: Counter
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>()
  readonly #running = new Map<string, Promise<void>>()
  readonly #woken = new Set<string>()
  readonly #endedMs = new Map<string, number>()
  readonly #idle: (() => Promise<void>)[] = []

  constructor(log: Log, metrics: Metrics) {
    this.#log = log
    this.#runs = metrics.counter('lading_job_runs_total', 'Runs of background jobs.', ['job', 'outcome'])
    this.#seconds = metrics.counter('lading_job_seconds_total', 'Time spent in background jobs.', ['job'])
    const help = 'When a background job last ended well, Unix time.'
    this.#lastSuccess = metrics.gauge('lading_job_last_success_timestamp_seconds', help, ['job'])
  }

  /** @throws {RangeError} for an interval that no timer can wait for: it would come round at once, again and again */
  start(job: Job): void {
    for (const ms of [job.intervalMs, job.firstAfterMs ?? 0]) {
      if (!(ms >= 0 && ms <= LONGEST_TIMER_MS)) throw new RangeError(`job ${job.name}: no timer waits ${ms} ms`)
    }
    this.#schedule(job, job.firstAfterMs ?? job.intervalMs)
    job.wakes?.(() => this.#wake(job))
    if (job.idle !== undefined) this.#idle.push(() => job.idle?.() ?? Promise.resolve())
  }

  /**
   * Starts no run any more, tells those that are under way to end, and waits for them, but no longer than `limitMs`: all
   * that they do can be cut off anywhere, as a crash would.
   */
  async stop(limitMs: number): Promise<void> {
    this.#abort.abort()
    for (const timer of this.#timers.values()) clearTimeout(timer)
    if (await settlesWithin(this.#end(), limitMs)) return
    this.#log.write('warn', 'jobs did not end in time', { jobs: [...this.#running.keys()] })
  }

  async #end(): Promise<void> {
    await Promise.all(this.#running.values())
    await Promise.all(this.#idle.map((idle) => idle()))
  }

  /** Woken while it runs, it runs again: what it was woken for may have come too late for it. */
  #wake(job: Job): void {
    if (this.#running.has(job.name)) this.#woken.add(job.name)
    else if (!this.#woken.has(job.name)) {
      this.#woken.add(job.name)
      clearTimeout(this.#timers.get(job.name))
      const sinceMs = performance.now() - (this.#endedMs.get(job.name) ?? Number.NEGATIVE_INFINITY)
      this.#schedule(job, Math.max(0, pauseOf(job) - sinceMs))
    }
  }

  #schedule(job: Job, delayMs: number): void {
    if (this.#abort.signal.aborted) return
    const timer = setTimeout(() => this.#begin(job), delayMs * (1 - JITTER * Math.random()))
    this.#timers.set(job.name, timer)
  }

  #begin(job: Job): void {
    this.#woken.delete(job.name)
    // Not before it is known to run: it may be woken by the first thing that it does.
    const begun = Promise.resolve().then(() => this.#run(job))
    const run = begun.finally(() => {
      this.#running.delete(job.name)
      this.#endedMs.set(job.name, performance.now())
      this.#schedule(job, this.#woken.has(job.name) ? pauseOf(job) : job.intervalMs)
    })
    this.#running.set(job.name, run)
  }

  async #run(job: Job): Promise<void> {
    const startedMs = performance.now()
    try {
      const report = await job.run(this.#abort.signal)
      this.#runs.add(1, job.name, 'done')
      this.#lastSuccess.set(Date.now() / 1000, job.name)
      if (report !== undefined || job.isFrequent !== true) {
        this.#log.write(report === undefined ? 'debug' : 'info', 'job done', { job: job.name, ...report })
      }
    } catch (error) {
      this.#runs.add(1, job.name, 'failed')
      this.#log.write('error', 'job failed', { job: job.name, error })
    }
    this.#seconds.add((performance.now() - startedMs) / 1000, job.name)
  }
}
