import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { rootCertificates } from 'node:tls'
import { Refusal } from '../../core/refusal.ts'
import type { PublicDocuments } from '../../ports/public-documents.ts'
import { chooseAddresses, type FencedTarget, parseTarget } from './fence.ts'
import { FenceError, NOT_REACHED } from './fence-error.ts'
import { getSmall } from './get-small.ts'

export interface FencedFetchOptions {
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
  readonly mostBytes?: number
}

const TIMEOUT_MS = 5_000
const MOST_BYTES = 512 * 1024
/** At once. Each may hold a thread that resolves its name, and a body. */
const MOST_UNDERWAY = 32

/**
 * Gets documents from addresses that tenants chose, and from nowhere else than the public internet and what the settings
 * name. The name is resolved once and the connection made to the very address that was looked at, so that a second
 * answer of the resolver changes nothing (DNS rebinding).
 */
export class FencedFetch implements PublicDocuments {
  readonly #allowedHosts: readonly string[]
  readonly #ca: readonly string[] | undefined
  readonly #resolve: (hostname: string) => Promise<readonly string[]>
  readonly #timeoutMs: number
  readonly #mostBytes: number
  #underway = 0

  constructor(options: FencedFetchOptions = {}) {
    this.#allowedHosts = (options.allowedHosts ?? []).map((host) => host.toLowerCase())
    this.#ca = options.ca === undefined ? undefined : [...rootCertificates, options.ca]
    this.#resolve = options.resolve ?? resolveName
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS
    this.#mostBytes = options.mostBytes ?? MOST_BYTES
  }

  async get(url: string): Promise<Uint8Array> {
    if (this.#underway >= MOST_UNDERWAY)
      throw unreachable(new FenceError('keys cannot be asked for right now', 'too many'))
    this.#underway++
    try {
      return await this.#get(url)
    } catch (error) {
      throw error instanceof FenceError ? unreachable(error) : error
    } finally {
      this.#underway--
    }
  }

  async #get(url: string): Promise<Uint8Array> {
    const target = parseTarget(url, this.#allowedHosts)
    const signal = AbortSignal.timeout(this.#timeoutMs)
    const addresses = chooseAddresses(target, await this.#addressesOf(target, signal))
    let failure: unknown
    for (const address of addresses) {
      try {
        return await getSmall(target, { address, ca: this.#ca, signal, mostBytes: this.#mostBytes })
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

function unreachable(cause: FenceError): Refusal {
  return new Refusal('identity-provider-unreachable', `The identity provider's ${cause.publicReason}.`, {}, { cause })
}
