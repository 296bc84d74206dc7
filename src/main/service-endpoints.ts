import type { Metrics } from '../adapters/metrics/metrics.ts'
import type { RequestContext } from '../api/request-context.ts'
import type { Log } from '../ports/log.ts'
import type { Services } from '../services/context.ts'

const READINESS_CACHED_MS = 1000
const PROBE_LIMIT_MS = 5000

interface Readiness {
  readonly isReady: boolean
  readonly atMs: number
}

/** `/healthz`, `/readyz` and `/metrics`: for orchestrators and Prometheus, without a login and without any name in them. */
export class ServiceEndpoints {
  readonly #services: Pick<Services, 'metadata' | 'blobs'>
  readonly #metrics: Metrics
  readonly #log: Log
  #readiness: Promise<Readiness> | undefined

  constructor(services: Pick<Services, 'metadata' | 'blobs'>, metrics: Metrics, log: Log) {
    this.#services = services
    this.#metrics = metrics
    this.#log = log
  }

  /** @returns undefined for an address that is none of these */
  async answer(request: Request, path: string, context: RequestContext): Promise<Response | undefined> {
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined
    switch (path) {
      case '/healthz':
        context.operation = 'healthz'
        return plain(200, 'alive')
      case '/readyz':
        context.operation = 'readyz'
        return (await this.#isReady()) ? plain(200, 'ready') : plain(503, 'not ready: the log says why')
      case '/metrics':
        // Whoever reads anonymously has no business with how the server is doing.
        if (context.anonymousListener) return undefined
        context.operation = 'metrics'
        return new Response(this.#metrics.render(), {
          headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
        })
    }
    return undefined
  }

  /** Probes write to the disk, so however often somebody asks, they run once a second. */
  async #isReady(): Promise<boolean> {
    const known = await this.#readiness
    if (known !== undefined && performance.now() - known.atMs < READINESS_CACHED_MS) return known.isReady
    this.#readiness = this.#probe()
    return (await this.#readiness).isReady
  }

  async #probe(): Promise<Readiness> {
    const { metadata, blobs } = this.#services
    const limit = Promise.withResolvers<never>()
    const timer = setTimeout(() => limit.reject(new Error(`no answer within ${PROBE_LIMIT_MS} ms`)), PROBE_LIMIT_MS)
    try {
      await Promise.race([Promise.all([metadata.probe(), blobs.probe()]), limit.promise])
      return { isReady: true, atMs: performance.now() }
    } catch (error) {
      this.#log.write('warn', 'not ready', { error })
      return { isReady: false, atMs: performance.now() }
    } finally {
      clearTimeout(timer)
    }
  }
}

function plain(status: number, text: string): Response {
  return new Response(`${text}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })
}
