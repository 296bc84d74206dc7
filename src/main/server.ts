import { storageRefusal } from '../adapters/blobs/storage-error.ts'
import type { RequestContext } from '../api/request-context.ts'
import type { IpRange } from '../core/ip-address.ts'
import { Refusal } from '../core/refusal.ts'
import type { Log } from '../ports/log.ts'
import type { ListenAddress } from './config-parsers.ts'
import { edgeRefusal, pathOf, refuseAtEdge, refuseDotSegments } from './edge.ts'
import { raiseHeaderLimit } from './header-limit.ts'
import { listenProblem } from './listen-problem.ts'
import { hasBackslash, hasLostSegments, isUnrouted, rawPathRoutes } from './raw-path-routes.ts'
import { ServerContext } from './server-context.ts'
import { settlesWithin } from './settles-within.ts'
import { TransferWatch } from './transfer-watch.ts'
import { TrustedProxies } from './trusted-proxies.ts'

/** Answers a request whose path, given without its query, passed the edge. */
export type Application = (request: Request, path: string, context: RequestContext) => Promise<Response> | Response

/** What is told of every request when its answer is ready to go out. */
export interface Exchange {
  readonly request: Request
  readonly response: Response
  readonly path: string
  readonly context: RequestContext & { readonly receivedBytes: () => number }
  readonly durationMs: number
}

export interface ServerOptions {
  readonly listen: ListenAddress
  readonly anonymousListen: ListenAddress | undefined
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  /** Proxies of the operator's own. */
  readonly trustedProxies: readonly IpRange[]
  readonly transferTimeoutMs: number
  readonly stopTimeoutMs: number
  /** How long a connection may idle, when not the default; whole seconds. */
  readonly idleSeconds?: number
  readonly application: Application
  readonly log: Log
  /** Must not throw. */
  readonly observe: (exchange: Exchange) => void
}

type BunServer = Bun.Server<undefined>
/** A request that came by a route, whose parameters are segments of the path. */
type Routed = Request & { readonly params: Readonly<Record<string, string>> }

/** Reads that make no progress for this long are cut off; also how long a connection may idle. Bun's most is 255 s. */
const IDLE_SECONDS = 120

/** How much of a refused request's body is taken in and dropped, so that its connection can be used again. */
const MOST_DROPPED_BYTES = 16 * 1024 * 1024

/** How long handlers get to tidy up after their bodies were ended at the end of a stop. */
const LAST_WORDS_MS = 2000

/** The HTTP servers, and everything about a request that is no API's business. */
export class RegistryServer {
  readonly transfers: TransferWatch
  readonly #options: ServerOptions
  readonly #proxies: TrustedProxies
  readonly #servers: BunServer[]

  /** @throws {Error} when an address cannot be listened on */
  constructor(options: ServerOptions) {
    raiseHeaderLimit()
    this.#options = options
    this.#proxies = new TrustedProxies(options.trustedProxies)
    this.transfers = new TransferWatch(options.transferTimeoutMs)
    this.#servers = [this.#listen(options.listen, 'LADING_LISTEN')]
    const { anonymousListen } = options
    if (anonymousListen !== undefined) this.#servers.push(this.#listen(anonymousListen, 'LADING_ANONYMOUS_LISTEN'))
  }

  /** Where the main and, if there is one, the anonymous listener are, as `scheme://host:port`. */
  get addresses(): string[] {
    return this.#servers.map((server) => server.url.origin)
  }

  get requestsInFlight(): number {
    return this.#servers.reduce((sum, server) => sum + server.pendingRequests, 0)
  }

  /**
   * Takes no new connection and no new request, and lets those that run go on to their end, for as long as the stop may
   * take. Uploads that are still running then are ended as if the client had gone: what arrived is kept.
   */
  async stop(): Promise<void> {
    const done = Promise.all(this.#servers.map((server) => server.stop()))
    const inTime = await settlesWithin(done, this.#options.stopTimeoutMs)
    if (!inTime) {
      this.transfers.failAll(new Refusal('storage-unavailable', 'The server is stopping; go on when it is back.'))
      await settlesWithin(done, LAST_WORDS_MS)
      await Promise.all(this.#servers.map((server) => server.stop(true)))
    }
    this.transfers.close()
  }

  get #idleSeconds(): number {
    return this.#options.idleSeconds ?? IDLE_SECONDS
  }

  #listen(address: ListenAddress, setting: 'LADING_LISTEN' | 'LADING_ANONYMOUS_LISTEN'): BunServer {
    try {
      return this.#serveOn(address, setting === 'LADING_ANONYMOUS_LISTEN')
    } catch (error) {
      throw listenProblem(setting, address, error)
    }
  }

  #serveOn(address: ListenAddress, isAnonymous: boolean): BunServer {
    const { tls } = this.#options
    const refuse = (request: Request, server: BunServer) =>
      this.#exchange(request, server, isAnonymous, refuseDotSegments)
    const decide = (request: Request, server: BunServer, isAltered: boolean) =>
      isAltered ? refuse(request, server) : this.#answer(request, server, isAnonymous)
    const answer = (request: Routed, server: BunServer) => decide(request, server, hasBackslash(request.params))
    const answerDeeper = (request: Routed, server: BunServer) =>
      decide(request, server, hasBackslash(request.params) || hasLostSegments(pathOf(request.url)))
    return serveOn(address, {
      ...(tls === undefined ? {} : { tls }),
      idleTimeout: this.#idleSeconds,
      // Blobs have their own limit, and every other body is measured by who reads it.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      development: false,
      // Outside of development Bun lets two servers share a port, and the kernel would deal requests out between them.
      reusePort: false,
      routes: rawPathRoutes({ refuse, answer, answerDeeper }),
      fetch: (request: Request, server: BunServer) => decide(request, server, !isUnrouted(pathOf(request.url))),
      error: (error: Error) => this.#fail(error, undefined),
    })
  }

  async #answer(request: Request, server: BunServer, isAnonymous: boolean): Promise<Response> {
    return await this.#exchange(request, server, isAnonymous, async (path, context) => {
      const refusal = refuseAtEdge(request)
      if (refusal !== undefined) return refusal
      if (request.method === 'GET' || request.method === 'HEAD') {
        return await this.#options.application(request, path, context)
      }
      // What we work on may take longer than a connection may idle: a commit of 50 GB, a wait for a lock.
      server.timeout(request, 0)
      const watched = this.transfers.watch(request)
      context.receivedBytes = watched.receivedBytes
      try {
        return await this.#options.application(watched.request, path, context)
      } finally {
        // The connection outlives the request: without its limit anybody could keep it for ever.
        server.timeout(request, this.#idleSeconds)
      }
    })
  }

  async #exchange(
    request: Request,
    server: BunServer,
    isAnonymous: boolean,
    answer: (path: string, context: ServerContext) => Promise<Response> | Response,
  ): Promise<Response> {
    const startedMs = performance.now()
    const context = new ServerContext(request, server, {
      isAnonymous,
      isSecure: this.#options.tls !== undefined,
      proxies: this.#proxies,
    })
    const path = pathOf(request.url)
    let response: Response
    try {
      response = await answer(path, context)
    } catch (error) {
      response = this.#fail(error, context)
    }
    if (leavesMuchUnread(request, response)) response.headers.set('connection', 'close')
    response.headers.set('x-request-id', context.requestId)
    response.headers.set('x-content-type-options', 'nosniff')
    this.#options.observe({ request, response, path, context, durationMs: performance.now() - startedMs })
    return response
  }

  /** A bug of ours, or a file that went between the answer and its sending: the log has it, the caller does not. */
  #fail(error: unknown, context: RequestContext | undefined): Response {
    // The client went away; nobody is there to answer, and nothing is wrong with us.
    if (error instanceof Error && error.name === 'AbortError') return new Response(null, { status: 499 })
    const { requestId, operation } = context ?? {}
    // A file is opened only when it is sent, or when a small one is read: too late for the adapter's own translation.
    const refusal = storageRefusal(error)
    if (refusal instanceof Refusal) {
      if (context !== undefined) context.refused = { refusal, code: 'UNAVAILABLE' }
      this.#options.log.write('warn', 'the storage failed a request', { requestId, operation, error })
      return edgeRefusal(503, 'UNAVAILABLE', 'The storage cannot be used at the moment; try again later.')
    }
    this.#options.log.write('error', 'request failed', { requestId, operation, error })
    return edgeRefusal(500, 'UNKNOWN', 'The server made a mistake. Its log says more under the id of this request.')
  }
}

/**
 * Whether a refusal leaves a body on its way that is not worth waiting for. Bun reads and drops what we do not read, so
 * a stranger could send a terabyte after a 401. A smaller rest is let in: a close would take the answer from clients
 * that write before they read.
 */
function leavesMuchUnread(request: Request, response: Response): boolean {
  if (response.status === 413) return true
  if (response.status < 400 || request.body === null || request.bodyUsed) return false
  return !(Number(request.headers.get('content-length') ?? Number.NaN) <= MOST_DROPPED_BYTES)
}

function serveOn(address: ListenAddress, options: Partial<Bun.Serve.Options<undefined, string>>): BunServer {
  const serve = (hostname: string): BunServer =>
    // The table of options is a union over kinds of listener; ours is a host and a port.
    Bun.serve({ ...options, hostname, port: address.port } as Bun.Serve.Options<undefined, string>)
  if (address.hostname !== '') return serve(address.hostname)
  try {
    return serve('::')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') throw error
    // A machine without IPv6.
    return serve('0.0.0.0')
  }
}
