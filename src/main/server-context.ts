import type { RequestContext } from '../api/request-context.ts'

interface Listener {
  readonly isAnonymous: boolean
  readonly isSecure: boolean
}

/** A `RequestContext` from Bun's server. */
export class ServerContext implements RequestContext {
  readonly requestId: string = crypto.randomUUID()
  readonly secure: boolean
  readonly anonymousListener: boolean
  surface?: 'oci' | 'ecr' | 'sts' | 'service'
  operation?: string
  principal?: string
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
    return this.#server.requestIP(this.#request)?.address ?? ''
  }
}
