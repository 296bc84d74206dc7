import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { rootCertificates } from 'node:tls'
import { chooseAddresses, type FencedTarget, parseTarget } from './fence.ts'
import { FenceError, NOT_REACHED } from './fence-error.ts'
import type { Connection } from './small-exchange.ts'

export interface FencedReachOptions {
  /**
   * `host` or `host:port`: hosts that may have private addresses, plain HTTP and literal addresses. Without a port it is
   * the scheme's own that they may be at.
   */
  readonly allowedHosts?: readonly string[]
  /** PEM of authorities that are trusted beside those that come with the runtime. */
  readonly ca?: string
  /** All addresses of a name. */
  readonly resolve?: (hostname: string) => Promise<readonly string[]>
  /** For everything from the name to the last byte. */
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 5_000
/** At once. Each may hold a thread that resolves its name, and a body. */
const MOST_UNDERWAY = 32

/**
 * Speaks to addresses that tenants chose, on the public internet and what the settings name and nowhere else. The name is
 * resolved once and the connection made to the very address that was looked at, so that a second answer of the resolver
 * changes nothing (DNS rebinding).
 */
export class FencedReach {
  readonly timeoutMs: number
  readonly #allowedHosts: readonly string[]
  readonly #ca: readonly string[] | undefined
  readonly #resolve: (hostname: string) => Promise<readonly string[]>
  #underway = 0

  constructor(options: FencedReachOptions) {
    this.#allowedHosts = (options.allowedHosts ?? []).map((host) => host.toLowerCase())
    this.#ca = options.ca === undefined ? undefined : [...rootCertificates, options.ca]
    this.#resolve = options.resolve ?? resolveName
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  }

  /** @throws {FenceError} for an address that is never spoken to, whatever its name resolves to */
  check(url: string): void {
    parseTarget(url, this.#allowedHosts)
  }

  /**
   * @param exchange is tried at one address after the other until one is reached
   * @throws {FenceError}
   */
  async reach<Answer>(
    url: string,
    exchange: (target: FencedTarget, connection: Connection) => Promise<Answer>,
    stop?: AbortSignal,
  ): Promise<Answer> {
    if (this.#underway >= MOST_UNDERWAY) throw new FenceError('host cannot be asked right now', 'too many')
    this.#underway++
    try {
      const target = parseTarget(url, this.#allowedHosts)
      const timeout = AbortSignal.timeout(this.timeoutMs)
      return await this.#reach(target, exchange, stop === undefined ? timeout : AbortSignal.any([timeout, stop]))
    } finally {
      this.#underway--
    }
  }

  async #reach<Answer>(
    target: FencedTarget,
    exchange: (target: FencedTarget, connection: Connection) => Promise<Answer>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const addresses = chooseAddresses(target, await this.#addressesOf(target, signal))
    let failure: unknown
    for (const address of addresses) {
      try {
        return await exchange(target, { address, ca: this.#ca, signal })
      } catch (error) {
        failure = error
        if (signal.aborted || !(error instanceof FenceError) || error.publicReason !== NOT_REACHED) break
      }
    }
    throw failure
  }

  async #addressesOf({ hostname }: FencedTarget, signal: AbortSignal): Promise<readonly string[]> {
    if (isIP(hostname) !== 0) return [hostname]
    const late = Promise.withResolvers<never>()
    const abort = () => late.reject(new FenceError('host did not answer in time', `resolving ${hostname}`))
    signal.addEventListener('abort', abort, { once: true })
    try {
      return await Promise.race([this.#resolve(hostname), late.promise])
    } catch (cause) {
      // The same reason as for a name with private addresses, so that names of our networks cannot be probed.
      throw cause instanceof FenceError ? cause : new FenceError('host has no public address', hostname, { cause })
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }
}

async function resolveName(hostname: string): Promise<readonly string[]> {
  const found = await lookup(hostname, { all: true })
  return found.map(({ address }) => address)
}
