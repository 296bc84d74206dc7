import { refuseWhenEnded, requestEnded } from './each-held-blob.ts'
import { type InstallationCosts, type Weighable, weighInstallation } from './weigh-installation.ts'

interface Pass {
  readonly result: Promise<InstallationCosts>
  readonly stop: AbortController
  waiting: number
}

/** How long what a pass found is good for. */
const GOOD_FOR_MS = 60_000

/**
 * What the installation costs, as the last pass found it. One pass runs at a time, for all who ask meanwhile; it stops
 * when none of them waits any more.
 */
export class CostMemory {
  readonly #reads: Weighable
  #running: Pass | undefined
  #last: InstallationCosts | undefined

  constructor(reads: Weighable) {
    this.#reads = reads
  }

  /**
   * At most a minute old.
   *
   * @throws {Refusal} `storage-unavailable` as soon as the signal says that nobody waits
   */
  async read(signal: AbortSignal): Promise<InstallationCosts> {
    refuseWhenEnded(signal)
    const ageMs = this.#reads.clock.nowMs() - (this.#last?.atMs ?? 0)
    if (this.#last !== undefined && ageMs >= 0 && ageMs < GOOD_FOR_MS) return this.#last
    // One that nobody waits for any more is about to stop.
    if (this.#running === undefined || this.#running.stop.signal.aborted) this.#running = this.#begin()
    return await waitFor(this.#running, signal)
  }

  #begin(): Pass {
    const stop = new AbortController()
    const result = this.#run(stop)
    // Whoever waits is told; when nobody does, it was stopped.
    result.catch(() => {})
    return { result, stop, waiting: 0 }
  }

  async #run(stop: AbortController): Promise<InstallationCosts> {
    try {
      const costs = await weighInstallation(this.#reads, stop.signal)
      this.#last = costs
      return costs
    } finally {
      if (this.#running?.stop === stop) this.#running = undefined
    }
  }
}

async function waitFor(pass: Pass, signal: AbortSignal): Promise<InstallationCosts> {
  const ended = Promise.withResolvers<never>()
  const end = () => ended.reject(requestEnded())
  signal.addEventListener('abort', end, { once: true })
  pass.waiting += 1
  try {
    return await Promise.race([pass.result, ended.promise])
  } finally {
    signal.removeEventListener('abort', end)
    pass.waiting -= 1
    if (pass.waiting === 0) pass.stop.abort()
  }
}
