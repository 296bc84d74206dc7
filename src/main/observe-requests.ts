import type { Metrics } from '../adapters/metrics/metrics.ts'
import { LAYERS_PATH } from '../api/ecr/serve-layer.ts'
import type { Log, LogLevel } from '../ports/log.ts'
import type { Exchange } from './server.ts'

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
const CLASSES = ['0xx', '1xx', '2xx', '3xx', '4xx', '5xx']
/** No answer to a read that a client, an orchestrator or a first try without credentials does not get all day long. */
const EVERYDAY = new Set([401, 404, 416])

/** Counts and logs every request. What is not logged at the level set costs no line. */
export function observeRequests(metrics: Metrics, log: Log): (exchange: Exchange) => void {
  const requests = metrics.counter('lading_requests_total', 'Requests answered.', ['surface', 'operation', 'status'])
  const sent = metrics.counter('lading_response_bytes_total', 'Bytes of bodies that answers announced.', ['surface'])
  const seconds = metrics.histogram('lading_request_duration_seconds', 'Time until an answer began to go out.', {
    labels: ['surface', 'operation'],
    bounds: SECONDS,
  })
  return (exchange) => {
    const { context, response, request } = exchange
    const surface = context.surface ?? 'edge'
    const operation = context.operation ?? 'unknown'
    requests.add(1, surface, operation, CLASSES[Math.floor(response.status / 100)] ?? '5xx')
    seconds.observe(exchange.durationMs / 1000, surface, operation)
    const sizeBytes = request.method === 'HEAD' ? 0 : Number(response.headers.get('content-length') ?? 0)
    if (sizeBytes > 0) sent.add(sizeBytes, surface)
    const level = levelOf(request.method, response.status)
    if (log.writes(level)) log.write(level, 'request', fieldsOf(exchange, sizeBytes))
  }
}

function levelOf(method: string, status: number): LogLevel {
  if (status >= 500) return 'error'
  const isRead = method === 'GET' || method === 'HEAD'
  return isRead && (status < 400 || EVERYDAY.has(status)) ? 'debug' : 'info'
}

/** Never the query: a presigned call carries its signature there. Never a header that the client sent. */
function fieldsOf(exchange: Exchange, sizeBytes: number): Record<string, unknown> {
  const { request, response, context, path, durationMs } = exchange
  return {
    requestId: context.requestId,
    client: context.clientAddress,
    principal: context.principal,
    method: request.method,
    // What follows is a token that anybody could use.
    path: path.startsWith(LAYERS_PATH) ? `${LAYERS_PATH}…` : path.slice(0, 1024),
    surface: context.surface,
    operation: context.operation,
    status: response.status,
    sizeBytes,
    receivedBytes: Number(request.headers.get('content-length') ?? 0),
    ms: Math.round(durationMs * 1000) / 1000,
  }
}
