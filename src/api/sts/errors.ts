import type { Refusal, RefusalReason } from '../../core/refusal.ts'
import type { QueryApi } from './query-api.ts'
import { xmlElements } from './xml.ts'

interface ErrorShape {
  readonly code: string
  readonly status: number
}

/** What a call that only says who somebody is can be refused for (iam.md 2.1, trap 5). */
const ERRORS: Partial<Record<RefusalReason, ErrorShape>> = {
  unauthenticated: { code: 'MissingAuthenticationToken', status: 403 },
  'credential-unknown': { code: 'InvalidClientTokenId', status: 403 },
  'credential-expired': { code: 'ExpiredToken', status: 403 },
  'signature-mismatch': { code: 'SignatureDoesNotMatch', status: 403 },
  'signature-incomplete': { code: 'IncompleteSignature', status: 400 },
  denied: { code: 'AccessDenied', status: 403 },
  'operation-unknown': { code: 'InvalidAction', status: 400 },
  'not-available-yet': { code: 'UnsupportedOperation', status: 400 },
  'limit-exceeded': { code: 'LimitExceeded', status: 400 },
  'too-many-requests': { code: 'Throttling', status: 400 },
  'storage-full': { code: 'ServiceUnavailable', status: 503 },
  'storage-unavailable': { code: 'ServiceUnavailable', status: 503 },
}

/** No other reason comes from here; should one, it is a fault in the request. */
const OTHER: ErrorShape = { code: 'ValidationError', status: 400 }

export function queryErrorOf(reason: RefusalReason): ErrorShape {
  return ERRORS[reason] ?? OTHER
}

/** A refusal as the query protocol's XML error (iam.md 2.2). */
export function xmlErrorResponse(api: QueryApi, refusal: Refusal, requestId: string): Response {
  const { code, status } = queryErrorOf(refusal.reason)
  const error = xmlElements({ Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: refusal.message })
  const body = `<ErrorResponse xmlns="${api.namespace}"><Error>${error}</Error>${xmlElements({ RequestId: requestId })}</ErrorResponse>`
  return new Response(body, { status, headers: { 'Content-Type': 'text/xml' } })
}
