import { createHash } from 'node:crypto'
import type { Principal } from '../core/principal.ts'
import { type ClaimExpectation, checkClaim } from '../core/sigv4/check-claim.ts'
import { parseSignatureClaim, type SignatureClaim } from '../core/sigv4/signature-claim.ts'
import type { SignedRequest } from '../core/sigv4/signed-request.ts'
import { authenticateRequest, requireKnownKey } from '../services/authenticate-request.ts'
import type { Services } from '../services/context.ts'
import { mayBeLarge, withBody } from './read-body.ts'

export interface AuthenticatedRequest {
  readonly principal: Principal
  readonly claim: SignatureClaim
  readonly body: Uint8Array
}

/**
 * Reads a signed request and finds out who it speaks for. What can be refused without the body is refused before the
 * body is read.
 *
 * @throws {Refusal} what `parseSignatureClaim`, `checkClaim`, `withBody` and `authenticateRequest` do
 */
export async function authenticateAws(
  services: Services,
  request: Request,
  expected: Omit<ClaimExpectation, 'nowMs'> & { bodyLimitBytes: number },
): Promise<AuthenticatedRequest> {
  const parts = toSignedRequest(request)
  const claim = parseSignatureClaim(parts)
  checkClaim(parts, claim, { ...expected, nowMs: services.clock.nowMs() })
  if (mayBeLarge(request)) await requireKnownKey(services, claim)
  return await withBody(request, expected.bodyLimitBytes, async (body) => {
    const bodySha256 = createHash('sha256').update(body).digest('hex')
    const principal = await authenticateRequest(services, parts, { claim, bodySha256 })
    return { principal, claim, body }
  })
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
