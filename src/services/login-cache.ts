import type { Principal } from '../core/principal.ts'

/** A revoked or expired credential works for this much longer at most. */
const REMEMBERED_MS = 1000
const MOST_REMEMBERED = 10_000
/** Longer than any that a client of ours is given; one login has endless spellings, padded with blanks and such. */
const LONGEST_REMEMBERED = 1024

interface Login {
  readonly principal: Principal
  readonly untilMs: number
}

/**
 * `Authorization` headers that were good a moment ago. Docker sends the same one with every request of a pull, each on
 * a connection of its own, so this is the hottest check there is.
 *
 * Looking a header up tells nothing of others by its time: texts are compared only when their hashes are the same, and
 * the hash is keyed anew in every process.
 */
export class LoginCache {
  readonly #logins = new Map<string, Login>()

  find(header: string, nowMs: number): Principal | undefined {
    const login = this.#logins.get(header)
    return login !== undefined && nowMs < login.untilMs ? login.principal : undefined
  }

  /** Only for what has just been verified. */
  remember(header: string, principal: Principal, nowMs: number): void {
    if (header.length > LONGEST_REMEMBERED) return
    if (this.#logins.size >= MOST_REMEMBERED) this.#logins.clear()
    this.#logins.set(header, { principal, untilMs: nowMs + REMEMBERED_MS })
  }
}
