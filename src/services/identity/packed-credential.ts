import type { AuthenticatedPrincipal } from '../../core/principal.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Services } from '../context.ts'
import type { TokenClaims } from '../signed-token.ts'
import { findKey } from './find-key.ts'
import { principalOfSession } from './principal-of.ts'
import { ownerOf, packSessionClaims, unpackSessionClaims } from './session-claims.ts'

/**
 * What a token says of the credential that it was made with: the key's id, or all that the session says, so that who
 * holds the token is who made it, and can do no more. To be signed; `e` is for the token's own end.
 *
 * @param nowMs when the token is made, in Unix time in milliseconds
 */
export function packCredential(principal: AuthenticatedPrincipal, nowMs: number): TokenClaims {
  const { session, accessKeyId } = principal
  if (session === undefined) return { k: accessKeyId, i: nowMs }
  return packSessionClaims({ owner: ownerOf(principal), accessKeyId, session })
}

/**
 * Who that is now.
 *
 * @param claims as `packCredential` gave them, with a signature of ours
 * @throws {Refusal} `credential-expired`; `credential-revoked`
 */
export async function openCredential(services: Services, claims: TokenClaims): Promise<AuthenticatedPrincipal> {
  if (claims.o !== undefined) {
    const unpacked = unpackSessionClaims(claims)
    if (unpacked === undefined) throw new Error('a token with our signature holds a session that is not of ours')
    return await principalOfSession(services, unpacked, services.clock.nowMs())
  }
  const { k: accessKeyId, i: issuedAtMs } = claims
  if (typeof accessKeyId !== 'string' || typeof issuedAtMs !== 'number') {
    throw new Error('a token with our signature names no credential')
  }
  const key = await findKey(services, accessKeyId)
  if (key === undefined) {
    throw new Refusal('credential-revoked', 'The access key that this token was made with was deleted.')
  }
  return await key.principal(issuedAtMs)
}
