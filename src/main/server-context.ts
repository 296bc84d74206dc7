import type { RequestContext, RequestTarget, Surface } from '../api/request-context.ts'
import type { Refusal } from '../core/refusal.ts'
import type { TrustedProxies } from './trusted-proxies.ts'

interface Listener {
  readonly proxies: TrustedProxies
  readonly isAnonymous: boolean
  readonly isSecure: boolean
}

const MAPPED = '::ffff:'
const noBytes = (): number => 0

/** A `RequestContext` from Bun's server. */
export class ServerContext implements RequestContext {
  readonly requestId: string = crypto.randomUUID()
  readonly #isSecure: boolean
  readonly #proxies: TrustedProxies
  readonly anonymousListener: boolean
  surface?: Surface
  operation?: string
  principal?: string
  target?: RequestTarget
  refused?: { readonly refusal: Refusal; readonly code: string }
  login?: 'missing' | 'failed'
  claimedKeyId?: string
  /** How much of the body was read. */
  receivedBytes: () => number = noBytes
  readonly #request: Request
  readonly #server: Bun.Server<undefined>

  constructor(request: Request, server: Bun.Server<undefined>, listener: Listener) {
    this.#request = request
    this.#server = server
    this.#isSecure = listener.isSecure
    this.#proxies = listener.proxies
    this.anonymousListener = listener.isAnonymous
  }

  /** Read when it is wanted, as not every request has to do with a registry. */
  get host(): string {
    return this.#request.headers.get('host')?.toLowerCase() ?? ''
  }

  get userAgent(): string | undefined {
    return this.#request.headers.get('user-agent') ?? undefined
  }

  holdOpen(): void {
    this.#server.timeout(this.#request, 0)
  }

  /** Asked for when it is wanted: it costs more than the rest together. */
  get clientAddress(): string {
    const peer = this.#peer
    if (!this.#proxies.areThere) return peer
    return this.#proxies.clientOf(peer, this.#request.headers.get('x-forwarded-for'))
  }

  /** Between one of our proxies and us it may be plain. */
  get secure(): boolean {
    if (this.#isSecure || !this.#proxies.areThere) return this.#isSecure
    return this.#request.headers.get('x-forwarded-proto') === 'https' && this.#proxies.trusts(this.#peer)
  }

  get #peer(): string {
    const address = this.#server.requestIP(this.#request)?.address ?? ''
    // What a listener on every address calls a peer that came by IPv4.
    return address.startsWith(MAPPED) ? address.slice(MAPPED.length) : address
  }
}
