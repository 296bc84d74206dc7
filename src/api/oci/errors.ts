import type { Refusal, RefusalDetail } from '../../core/refusal.ts'
import { OCI_ERRORS } from './error-codes.ts'
import { OCI_HEADERS } from './oci-headers.ts'

/**
 * One scheme only, and the same text for everybody: Docker breaks on two, and clients read the first and want its
 * parameters quoted (oci.md 4.3). The service is ECR's, because its credential helpers look for nothing else.
 */
const CHALLENGE = 'Basic realm="lading",service="ecr.amazonaws.com"'

const MESSAGE_BYTES = 4096
/** A manifest may name thousands of blobs that are missing; the answer stays readable for clients that read little. */
const DIGESTS_LISTED = 1000
/** Repeating sooner helps nobody; podman waits as long as it is told, from 2 to 60 seconds. */
const RETRY_AFTER_SECONDS = 5

/**
 * The answer to a refusal on the OCI surface (distribution-spec, "Error Codes").
 *
 * @param options.head for a HEAD request, whose answer has no body
 */
export function refusalResponse(refusal: Refusal, options: { readonly head: boolean }): Response {
  const [status] = OCI_ERRORS[refusal.reason]
  const headers = { ...OCI_HEADERS, ...headersOf(refusal, status) }
  if (options.head) return new Response(null, { status, headers })
  const body = JSON.stringify(errorBody(refusal))
  return new Response(body, { status, headers: { ...headers, 'Content-Type': 'application/json; charset=utf-8' } })
}

function errorBody(refusal: Refusal): unknown {
  const [, code] = OCI_ERRORS[refusal.reason]
  return { errors: [{ code, message: displayable(messageOf(refusal)), detail: shownDetail(refusal.detail) }] }
}

/** docker, podman and skopeo show the message and nothing else, so what helps has to stand there. */
export function messageOf({ message, detail }: Refusal): string {
  return typeof detail.hint === 'string' ? `${message}: ${detail.hint}` : message
}

/** What goes into headers instead, or is only for us, is left out. */
function shownDetail(detail: RefusalDetail): Record<string, unknown> {
  const { allow: _allow, location: _location, retryAfterSeconds: _retry, digests, ...shown } = detail
  if (digests === undefined) return shown
  const left = digests.length - DIGESTS_LISTED
  return { ...shown, digests: digests.slice(0, DIGESTS_LISTED), ...(left > 0 && { digestsLeftOut: left }) }
}

function headersOf({ reason, detail }: Refusal, status: number): Record<string, string> {
  if (status === 401) return { 'WWW-Authenticate': CHALLENGE }
  if (status === 405) return { Allow: typeof detail.allow === 'string' ? detail.allow : 'GET, HEAD' }
  if (status === 429 || status === 503) {
    return { 'Retry-After': String(Math.max(1, Math.ceil(detail.retryAfterSeconds ?? RETRY_AFTER_SECONDS))) }
  }
  if (reason === 'range-unsatisfiable' && detail.sizeBytes !== undefined) {
    return { 'Content-Range': `bytes */${detail.sizeBytes}` }
  }
  return reason === 'upload-range' || reason === 'size-mismatch' ? positionOf(detail) : {}
}

/** Where the upload stands and goes on: with both, regclient recovers without asking (oci.md 1.3). */
function positionOf({ offsetBytes, location }: RefusalDetail): Record<string, string> {
  return {
    ...(typeof location === 'string' && { Location: location }),
    ...(offsetBytes !== undefined && { Range: `0-${Math.max(offsetBytes - 1, 0)}` }),
  }
}

/** Clients print the message to terminals: nothing invisible in it, nothing that moves the cursor or turns the text. */
function displayable(message: string): string {
  const text = message
    .slice(0, MESSAGE_BYTES)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
  const bytes = new TextEncoder().encode(text)
  if (bytes.byteLength <= MESSAGE_BYTES) return text
  return new TextDecoder('utf-8', { ignoreBOM: true })
    .decode(bytes.subarray(0, MESSAGE_BYTES - 8))
    .replace(/\ufffd+$/, '…')
}
