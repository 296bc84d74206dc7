import type { CompactToken } from '../../core/oidc/compact-token.ts'
import { fittingKeys } from '../../core/oidc/fitting-keys.ts'
import type { VerificationKey } from '../../core/oidc/verification-key.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ProviderKeysEvent } from './provider-keys-event.ts'

/** A key that the issuer has taken back is good for this much longer at most, while the issuer can be reached. */
const FRESH_MS = 3_600_000
/** And this much when it cannot, so that an issuer's outage does not become ours. */
const STALE_MS = 24 * 3_600_000
/** Whoever sends a token chooses its key id, so unknown ones do not make us ask more often than this. */
const ASK_AGAIN_MS = 60_000
/** How long a failure stands for those that follow, so that nobody waits in line for an issuer that is down. */
const FAILURE_MS = 10_000

type WantedKey = Pick<CompactToken, 'algorithm' | 'keyId'>

interface Failure {
  readonly error: unknown
  readonly untilMs: number
}

/** The keys that one provider's issuer publishes, as far as they are remembered. */
export class FetchedKeys {
  readonly #options: FetchedKeysOptions
  #keys: readonly VerificationKey[] = []
  /** Unix time in milliseconds; undefined before the first success. */
  #fetchedAtMs: number | undefined
  #askedAtMs = Number.NEGATIVE_INFINITY
  #failure: Failure | undefined
  #underway: Promise<void> | undefined

  constructor(options: FetchedKeysOptions) {
    this.#options = options
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#keys.length
  }

  /** As `IdentityProviderKeys` has it. */
  async find(token: WantedKey): Promise<readonly VerificationKey[]> {
    const { clock } = this.#options
    if (!(this.#ageMs() < FRESH_MS)) await this.#ask()
    if (!(this.#ageMs() < FRESH_MS)) this.#acceptStale()
    const fitting = fittingKeys(this.#keys, token)
    if (fitting.length > 0) return fitting
    if (clock.nowMs() - this.#askedAtMs >= ASK_AGAIN_MS) await this.#ask()
    // The issuer may have the key by now: only its answer can say that there is none.
    if (this.#failure !== undefined) throw this.#failure.error
    return fittingKeys(this.#keys, token)
  }

  /** NaN before the first success. */
  #ageMs(): number {
    return this.#options.clock.nowMs() - (this.#fetchedAtMs ?? Number.NaN)
  }

  #acceptStale(): void {
    const ageMs = this.#ageMs()
    if (!(ageMs < STALE_MS)) {
      this.#keys = []
      throw this.#failure?.error ?? new Error('keys are not fresh although fetching them did not fail')
    }
    this.#options.observe({ kind: 'served-stale', issuer: this.#options.issuer, ageMs })
  }

  /** Those who come while it is under way wait for the same answer; a failure is not repeated at once. */
  async #ask(): Promise<void> {
    if (this.#underway === undefined) {
      if (this.#failure !== undefined && this.#options.clock.nowMs() < this.#failure.untilMs) return
      this.#underway = this.#fetch().finally(() => {
        this.#underway = undefined
      })
    }
    await this.#underway
  }

  async #fetch(): Promise<void> {
    const { clock, load, observe, issuer } = this.#options
    this.#askedAtMs = clock.nowMs()
    try {
      this.#keys = await load()
      this.#fetchedAtMs = clock.nowMs()
      this.#failure = undefined
      observe({ kind: 'fetched', issuer, keys: this.#keys.length })
    } catch (error) {
      this.#failure = { error, untilMs: clock.nowMs() + FAILURE_MS }
      observe({ kind: 'failed', issuer, error })
    }
  }
}

export interface FetchedKeysOptions {
  readonly issuer: string
  readonly clock: Clock
  readonly observe: (event: ProviderKeysEvent) => void
  readonly load: () => Promise<readonly VerificationKey[]>
}
