import { createHash } from 'node:crypto'
import type { Principal } from '../core/principal.ts'
import { Refusal } from '../core/refusal.ts'
import { type ClaimExpectation, checkClaim } from '../core/sigv4/check-claim.ts'
import { parseSignatureClaim, type SignatureClaim } from '../core/sigv4/signature-claim.ts'
import type { SignedRequest } from '../core/sigv4/signed-request.ts'
import { authenticateRequest } from '../services/authenticate-request.ts'
import type { Services } from '../services/context.ts'

export interface AuthenticatedRequest {
  readonly principal: Principal
  readonly claim: SignatureClaim
  readonly body: Uint8Array
}

/**
 * Reads a signed request and finds out who it speaks for. What can be refused without the body is refused before the
 * body is read.
 *
 * @throws {Refusal} what `parseSignatureClaim`, `checkClaim` and `authenticateRequest` do; `limit-exceeded`
 */
export async function authenticateAws(
  services: Services,
  request: Request,
  expected: Omit<ClaimExpectation, 'nowMs'> & { bodyLimitBytes: number },
): Promise<AuthenticatedRequest> {
  const parts = toSignedRequest(request)
  const claim = parseSignatureClaim(parts)
  checkClaim(parts, claim, { ...expected, nowMs: services.clock.nowMs() })
  const body = await readBody(request, expected.bodyLimitBytes)
  const bodySha256 = createHash('sha256').update(body).digest('hex')
  const principal = await authenticateRequest(services, parts, { claim, bodySha256 })
  return { principal, claim, body }
}

function toSignedRequest(request: Request): SignedRequest {
  const { url } = request
  const target = url.slice(url.indexOf('/', url.indexOf('//') + 2)).split('#', 1)[0] ?? ''
  const mark = target.indexOf('?')
  return {
    method: request.method,
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? '' : target.slice(mark + 1),
    headers: new Map(request.headers),
  }
}

/**
 * The whole body. A declared length past the limit is refused before a byte is read.
 *
 * @throws {Refusal} `limit-exceeded`
 */
export async function readBody(request: Request, limitBytes: number): Promise<Uint8Array> {
  const declared = Number(request.headers.get('content-length') ?? 0)
  if (declared > limitBytes) throw tooLarge(limitBytes)
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of request.body ?? []) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > limitBytes) throw tooLarge(limitBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, sizeBytes)
}

function tooLarge(limitBytes: number): Refusal {
  return new Refusal('limit-exceeded', `The request is larger than ${limitBytes} bytes, the most that this call takes.`)
}
