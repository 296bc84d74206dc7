import type { Principal } from '../core/principal.ts'

/** A revoked or expired credential works for this much longer at most. */
const REMEMBERED_MS = 1000
/** Of a header; tokens of ours make 250. What is longer is checked every time. */
const LONGEST_REMEMBERED = 2048
/** Of all headers together. */
const MOST_CHARACTERS = 2 * 1024 * 1024

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
  /** The oldest first. */
  readonly #logins = new Map<string, Login>()
  #characters = 0

  /** How many headers are remembered, expired ones that nobody has looked for included. */
  get size(): number {
    return this.#logins.size
  }

  find(header: string, nowMs: number): Principal | undefined {
    const login = this.#logins.get(header)
    return login !== undefined && nowMs < login.untilMs ? login.principal : undefined
  }

  /** Only for what has just been verified. */
  remember(header: string, principal: Principal, nowMs: number): void {
    if (header.length > LONGEST_REMEMBERED) return
    this.#forget(header)
    this.#logins.set(header, { principal, untilMs: nowMs + REMEMBERED_MS })
    this.#characters += header.length
    for (const [oldest, { untilMs }] of this.#logins) {
      if (nowMs < untilMs && this.#characters <= MOST_CHARACTERS) break
      this.#forget(oldest)
    }
  }

  #forget(header: string): void {
    if (this.#logins.delete(header)) this.#characters -= header.length
  }
}
