import type { Principal } from '../core/principal.ts'
import { Refusal } from '../core/refusal.ts'
import type { Services } from './context.ts'
import { openToken, signToken, unlikeOurs } from './signed-token.ts'

/** How long an authorization token lasts: ECR's 12 hours. */
export const TOKEN_LIFETIME_MS = 12 * 3_600_000

/** A password for `docker login`. It names the access key it was made with, so it dies with the key. */
export function issueToken(services: Services, principal: Principal, expiresAtMs: number): string {
  if (principal.kind === 'anonymous') throw new Refusal('unauthenticated', 'An anonymous caller has no token.')
  return signToken(services.tokenKey, 'authorization', { k: principal.accessKeyId, e: expiresAtMs })
}

/** @throws {Refusal} `credential-unknown` for anything we did not make; `credential-expired` */
export async function verifyToken(services: Services, token: string): Promise<Principal> {
  const claims = openToken(services.tokenKey, 'authorization', token)
  if (claims === undefined) throw unknownCredential()
  const { k: accessKeyId, e: expiresAtMs } = claims
  if (typeof accessKeyId !== 'string' || typeof expiresAtMs !== 'number') throw unlikeOurs('authorization')
  const key = await services.credentials.find(accessKeyId)
  if (key === undefined) throw unknownCredential()
  if (expiresAtMs <= services.clock.nowMs()) {
    throw new Refusal('credential-expired', 'Your authorization token has expired. Reauthenticate and try again.')
  }
  return key.principal
}

/** One sentence for every credential that is not good, so that nothing can be probed with it. */
export function unknownCredential(): Refusal {
  return new Refusal('credential-unknown', 'The user name or the password is not valid.')
}
