import { createHash } from 'node:crypto'
import type { Principal } from '../core/principal.ts'
import { type ClaimExpectation, checkClaim } from '../core/sigv4/check-claim.ts'
import { parseSignatureClaim, type SignatureClaim } from '../core/sigv4/signature-claim.ts'
import type { SignedRequest } from '../core/sigv4/signed-request.ts'
import { authenticateRequest, requireKnownKey } from '../services/authenticate-request.ts'
import type { Services } from '../services/context.ts'
import { mayBeLarge } from './read-body.ts'
import { readCall } from './read-call.ts'

/** Its body counts against what all bodies may hold until it is disposed of. */
export interface AuthenticatedRequest extends Disposable {
  readonly principal: Principal
  readonly claim: SignatureClaim
  readonly body: Uint8Array
}

/**
 * Reads a signed request and finds out who it speaks for. What can be refused without the body is refused before the
 * body is read.
 *
 * @throws {Refusal} what `parseSignatureClaim`, `checkClaim`, `readCall` and `authenticateRequest` do
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
  using reading = new DisposableStack()
  const body = reading.use(await readCall(services, request, expected.bodyLimitBytes)).bytes
  const bodySha256 = createHash('sha256').update(body).digest('hex')
  const principal = await authenticateRequest(services, parts, { claim, bodySha256 })
  services.uses.note(principal, claim.service)
  const held = reading.move()
  return { principal, claim, body, [Symbol.dispose]: () => held.dispose() }
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
