import type { AuthenticatedPrincipal, Principal } from '../core/principal.ts'
import { Refusal } from '../core/refusal.ts'
import type { Services } from './context.ts'
import { openCredential, packCredential } from './identity/packed-credential.ts'
import { openToken, signToken, unlikeOurs } from './signed-token.ts'

/** How long an authorization token lasts at most: ECR's 12 hours. One made in a session ends with the session. */
export const TOKEN_LIFETIME_MS = 12 * 3_600_000

export interface IssuedToken {
  readonly token: string
  /** Unix time in milliseconds. */
  readonly expiresAtMs: number
}

/**
 * A password for `docker login`. Made with an access key it names the key, and dies with it; made in a session it says
 * all that the session does, so that it can do no more.
 *
 * @throws {Refusal} `unauthenticated` for an anonymous caller
 */
export function issueToken({ keys, clock }: Services, principal: Principal): IssuedToken {
  if (principal.kind === 'anonymous') throw new Refusal('unauthenticated', 'An anonymous caller has no token.')
  const nowMs = clock.nowMs()
  const endsAtMs = principal.session?.expiresAtMs ?? Number.POSITIVE_INFINITY
  const expiresAtMs = Math.min(nowMs + TOKEN_LIFETIME_MS, endsAtMs)
  const claims = { ...packCredential(principal, nowMs), e: expiresAtMs }
  return { token: signToken(keys, 'authorization tokens', claims), expiresAtMs }
}

/** @throws {Refusal} `credential-unknown` for anything we did not make; `credential-expired`; `credential-revoked` */
export async function verifyToken(services: Services, token: string): Promise<AuthenticatedPrincipal> {
  const claims = openToken(services.keys, 'authorization tokens', token)
  if (claims === undefined) throw unknownCredential()
  if (typeof claims.e !== 'number') throw unlikeOurs('authorization tokens')
  if (claims.e <= services.clock.nowMs()) {
    throw new Refusal('credential-expired', 'Your authorization token has expired. Reauthenticate and try again.')
  }
  return await openCredential(services, claims)
}

/** One sentence for every credential that is not good, so that nothing can be probed with it. */
export function unknownCredential(): Refusal {
  return new Refusal('credential-unknown', 'The user name or the password is not valid.')
}
