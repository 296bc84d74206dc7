import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { canonicalQuery } from './query.ts'
import { signatureIncomplete, signatureMismatch } from './refusals.ts'
import type { SignatureClaim } from './signature-claim.ts'
import type { SignedRequest } from './signed-request.ts'

export interface SignatureCheck {
  readonly request: SignedRequest
  readonly claim: SignatureClaim
  /** SHA-256 of the body that arrived, in lower-case hexadecimal. Never what a header says it is. */
  readonly bodySha256: string
  readonly signingKey: Buffer
}

/**
 * Computes the signature of the request as it arrived and compares it in constant time. The claim must have passed
 * `checkClaim`.
 *
 * @throws {Refusal} `signature-mismatch`; `signature-incomplete` for `UNSIGNED-PAYLOAD`, `STREAMING-…` and the like
 */
export function verifySignature(check: SignatureCheck): void {
  refuseUnsignedBody(check)
  const expected = createHmac('sha256', check.signingKey).update(stringToSign(check)).digest()
  const given = Buffer.from(check.claim.signature, 'hex')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw signatureMismatch()
}

function refuseUnsignedBody({ request, bodySha256 }: SignatureCheck): void {
  const declared = request.headers.get('x-amz-content-sha256')
  if (declared === undefined || declared === bodySha256) return
  if (/^[0-9a-f]{64}$/.test(declared)) throw signatureMismatch()
  throw signatureIncomplete(
    'x-amz-content-sha256 must be the SHA-256 of the body; unsigned and streaming bodies are refused',
  )
}

function stringToSign(check: SignatureCheck): string {
  const { timestamp, day, region, service } = check.claim
  const hash = createHash('sha256').update(canonicalRequest(check)).digest('hex')
  return `AWS4-HMAC-SHA256\n${timestamp}\n${day}/${region}/${service}/aws4_request\n${hash}`
}

/** SigV4, "Create a canonical request". The path needs no normalisation: the only one there is is `/`. */
export function canonicalRequest({ request, claim, bodySha256 }: Omit<SignatureCheck, 'signingKey'>): string {
  const headers = claim.signedHeaders.map((name) => `${name}:${canonicalValue(request.headers.get(name) ?? '')}\n`)
  const query = canonicalQuery(claim.query)
  return [request.method, request.path, query, headers.join(''), claim.signedHeaders.join(';'), bodySha256].join('\n')
}

function canonicalValue(value: string): string {
  return value.trim().replace(/\s+/g, ' ')
}
