import type { RequestContext, RequestTarget } from '../api/request-context.ts'
import type { Refusal } from '../core/refusal.ts'

interface Listener {
  readonly isAnonymous: boolean
  readonly isSecure: boolean
}

const MAPPED = '::ffff:'
const noBytes = (): number => 0

/** A `RequestContext` from Bun's server. */
export class ServerContext implements RequestContext {
  readonly requestId: string = crypto.randomUUID()
  readonly secure: boolean
  readonly anonymousListener: boolean
  surface?: 'oci' | 'ecr' | 'sts' | 'cloudtrail' | 'service'
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
    this.secure = listener.isSecure
    this.anonymousListener = listener.isAnonymous
  }

  /** Read when it is wanted, as not every request has to do with a registry. */
  get host(): string {
    return this.#request.headers.get('host')?.toLowerCase() ?? ''
  }

  /** Asked for when it is wanted: it costs more than the rest together. */
  get clientAddress(): string {
    const address = this.#server.requestIP(this.#request)?.address ?? ''
    // What a listener on every address calls a peer that came by IPv4.
    return address.startsWith(MAPPED) ? address.slice(MAPPED.length) : address
  }
}
