import type { Refusal, RefusalReason } from '../../core/refusal.ts'
import type { ErrorShape } from './errors.ts'
import { QUERY_ERRORS } from './errors.ts'
import type { QueryApi } from './query-api.ts'
import { xmlElements } from './xml.ts'

export const XML = { 'Content-Type': 'text/xml' }

/** @param result undefined for an operation whose model has none */
export function resultText(
  api: QueryApi,
  operation: string,
  answer: { readonly result: object | undefined; readonly requestId: string },
): string {
  const { result, requestId } = answer
  const wrapped = result === undefined ? {} : { [`${operation}Result`]: result }
  const body = xmlElements({ ...wrapped, ResponseMetadata: { RequestId: requestId } })
  return `<${operation}Response xmlns="${api.namespace}">${body}</${operation}Response>`
}

/**
 * The error of a refusal.
 *
 * @param own where the operation's errors differ
 */
export function errorShape(
  api: QueryApi,
  reason: RefusalReason,
  own: Partial<Record<RefusalReason, ErrorShape>> = {},
): ErrorShape {
  return own[reason] ?? api.errors[reason] ?? QUERY_ERRORS[reason]
}

/** A refusal as the query protocol's XML error (iam.md 2.2). */
export function xmlErrorResponse(
  api: QueryApi,
  refused: { readonly refusal: Refusal; readonly shape: ErrorShape },
  requestId: string,
): Response {
  const { code, status } = refused.shape
  const error = { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: refused.refusal.message }
  const body = `<ErrorResponse xmlns="${api.namespace}">${xmlElements({ Error: error, RequestId: requestId })}</ErrorResponse>`
  return new Response(body, { status, headers: XML })
}
