import type { Counter, Histogram, Metrics } from '../adapters/metrics/metrics.ts'
import { changesNothing } from '../api/changes-nothing.ts'
import { cut } from '../api/cut.ts'
import { LAYERS_PATH } from '../api/ecr/serve-layer.ts'
import type { RequestContext } from '../api/request-context.ts'
import type { Log, LogLevel } from '../ports/log.ts'
import { LineBudget } from './line-budget.ts'
import type { Exchange } from './server.ts'

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
const CLASSES = ['0xx', '1xx', '2xx', '3xx', '4xx', '5xx']
/** No answer to a read that a client or an orchestrator does not get all day long. */
const EVERYDAY = new Set([404, 416])

/** Counts and logs every request. What is not logged at the level set costs no line. */
export function observeRequests(metrics: Metrics, log: Log): (exchange: Exchange) => void {
  const count = requestCounter(metrics)
  const strangers = new LineBudget(log)
  return (exchange) => {
    const { request, response, context } = exchange
    const sizeBytes = announcedBytes(request, response)
    count(exchange, sizeBytes)
    const level = levelOf(request.method, response.status, context)
    if (!log.writes(level)) return
    // Anybody can make us write these.
    const isStranger = level === 'info' && (context.principal === undefined || context.anonymousListener)
    if (isStranger && !strangers.take()) return
    log.write(level, 'request', fieldsOf(exchange, sizeBytes))
  }
}

function requestCounter(metrics: Metrics): (exchange: Exchange, sizeBytes: number | undefined) => void {
  const requests: Counter = metrics.counter('lading_requests_total', 'Requests answered.', [
    'surface',
    'operation',
    'status',
  ])
  const sent = metrics.counter('lading_response_bytes_total', 'Bytes of bodies that answers announced.', ['surface'])
  const failed = metrics.counter('lading_failed_logins_total', 'Credentials that were not good.', ['surface'])
  const seconds: Histogram = metrics.histogram(
    'lading_request_duration_seconds',
    'Time until an answer began to go out.',
    { labels: ['surface', 'operation'], bounds: SECONDS },
  )
  return ({ context, response, durationMs }, sizeBytes) => {
    const surface = context.surface ?? 'edge'
    const operation = operationOf(context)
    requests.add(1, surface, operation, CLASSES[Math.floor(response.status / 100)] ?? '5xx')
    seconds.observe(durationMs / 1000, surface, operation)
    if (sizeBytes !== undefined && sizeBytes > 0) sent.add(sizeBytes, surface)
    if (context.login === 'failed') failed.add(1, surface)
  }
}

/** A client's first try is always without a credential: apart, such refusals spoil nobody's rate of errors. */
function operationOf({ operation, login }: RequestContext): string {
  if (operation !== undefined) return operation
  if (login === undefined) return 'unknown'
  return login === 'missing' ? 'challenge' : 'login'
}

/** The body's length where we said one; undefined where it was streamed, or was too small to be worth saying. */
function announcedBytes(request: Request, response: Response): number | undefined {
  if (request.method === 'HEAD') return 0
  const length = response.headers.get('content-length')
  return length === null ? undefined : Number(length)
}

function levelOf(method: string, status: number, { login, operation }: RequestContext): LogLevel {
  if (status >= 500) return 'error'
  if (login !== undefined) return login === 'missing' ? 'debug' : 'info'
  if (status < 400 && operation !== undefined && isReadOfAws(operation)) return 'debug'
  const isRead = method === 'GET' || method === 'HEAD'
  return isRead && (status < 400 || EVERYDAY.has(status)) ? 'debug' : 'info'
}

/** A token that is handed out changes nothing, and is worth a line all the same. */
function isReadOfAws(operation: string): boolean {
  return changesNothing(operation) && operation !== 'GetAuthorizationToken'
}

const MOST_FINDINGS = 20

/** Never the query: a presigned call carries its signature there. Never a header that the client sent. */
function fieldsOf(exchange: Exchange, sizeBytes: number | undefined): Record<string, unknown> {
  const { request, response, context, path, durationMs } = exchange
  return {
    requestId: context.requestId,
    client: context.clientAddress,
    principal: context.principal,
    claimedKeyId: context.claimedKeyId,
    method: request.method,
    // What follows is a token that anybody could use.
    path: path.startsWith(LAYERS_PATH) ? `${LAYERS_PATH}…` : path.slice(0, 1024),
    surface: context.surface,
    operation: operationOf(context),
    ...context.target,
    status: response.status,
    ...refusalFields(context, response.status),
    policyFindings: context.policyFindings?.slice(0, MOST_FINDINGS).map(({ code }) => code),
    sizeBytes,
    receivedBytes: context.receivedBytes(),
    ms: Math.round(durationMs * 1000) / 1000,
  }
}

/** What the caller was told, and of a fault of ours also why: the caller is not told that. */
function refusalFields({ refused }: RequestContext, status: number): Record<string, unknown> {
  if (refused === undefined) return {}
  const { refusal, code } = refused
  return { code, reason: cut(refusal.message), ...(status >= 500 && { cause: refusal.cause }) }
}
