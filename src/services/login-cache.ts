import type { AuthenticatedPrincipal } from '../core/principal.ts'
import type { RequestOrigin } from './request-origin.ts'

/** A revoked or expired credential works for this much longer at most. */
const REMEMBERED_MS = 1000
/** Of a header; a token made with a key makes 300, one of a session with tags 1,200, a cluster's token 2,000. */
const LONGEST_REMEMBERED = 8192
/** Of all headers together. */
const MOST_CHARACTERS = 8 * 1024 * 1024

interface Login {
  readonly principal: AuthenticatedPrincipal
  /** Where it has to come from to be good, as conditions decided about that; undefined when they did not. */
  readonly from?: RequestOrigin | undefined
}

interface RememberedLogin extends Login {
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
  readonly #logins = new Map<string, RememberedLogin>()
  #characters = 0
  #version = 0

  /** Goes up when all is forgotten: what was verified before that must not be remembered after it. */
  get version(): number {
    return this.#version
  }

  /** How many headers are remembered, expired ones that nobody has looked for included. */
  get size(): number {
    return this.#logins.size
  }

  /** @param origin of the request that has the header */
  find(header: string, nowMs: number, origin: RequestOrigin): AuthenticatedPrincipal | undefined {
    const login = this.#logins.get(header)
    if (login === undefined || nowMs >= login.untilMs) return undefined
    return login.from === undefined || isSame(login.from, origin) ? login.principal : undefined
  }

  /** Only for what has just been verified. */
  remember(header: string, { principal, from }: Login, nowMs: number): void {
    if (header.length > LONGEST_REMEMBERED) return
    this.#forget(header)
    const endsAtMs = principal.session?.expiresAtMs ?? Number.POSITIVE_INFINITY
    this.#logins.set(header, {
      principal,
      from: from && copyOf(from),
      untilMs: Math.min(nowMs + REMEMBERED_MS, endsAtMs),
    })
    this.#characters += header.length
    for (const [oldest, { untilMs }] of this.#logins) {
      if (nowMs < untilMs && this.#characters <= MOST_CHARACTERS) break
      this.#forget(oldest)
    }
  }

  /** Called when anybody's rights or credentials have changed. */
  clear(): void {
    this.#version++
    this.#logins.clear()
    this.#characters = 0
  }

  #forget(header: string): void {
    if (this.#logins.delete(header)) this.#characters -= header.length
  }
}

/** A request's own would keep the request. */
function copyOf({ clientAddress, secure, userAgent }: RequestOrigin): RequestOrigin {
  return { clientAddress, secure, userAgent }
}

function isSame(a: RequestOrigin, b: RequestOrigin): boolean {
  return a.clientAddress === b.clientAddress && a.secure === b.secure && a.userAgent === b.userAgent
}
