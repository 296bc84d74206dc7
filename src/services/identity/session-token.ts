import type { Services } from '../context.ts'
import { openText, type Sealing, sealText } from './sealed-text.ts'
import { packSessionClaims, type SessionClaims, unpackSessionClaims } from './session-claims.ts'

/** What the session token of a temporary credential holds: everything, as no session is stored. */
export interface TemporaryCredential {
  readonly claims: SessionClaims
  /** What requests are signed with. Never logged. */
  readonly secretAccessKey: string
}

/** Longer than any of ours. */
const LONGEST = 16_384

/** A session token for SigV4, sealed: its holder cannot read or change it. */
export function sealSession(
  services: Pick<Services, 'keys' | 'ids'>,
  { claims, secretAccessKey }: TemporaryCredential,
): string {
  const text = JSON.stringify({ ...packSessionClaims(claims), c: secretAccessKey })
  return sealText(services, sealing(claims.accessKeyId), text)
}

/**
 * @param accessKeyId the one that the request was signed with: a token is good with its own key alone
 * @returns undefined for what this installation did not seal for this key
 */
export function openSession(
  services: Pick<Services, 'keys'>,
  accessKeyId: string,
  token: string,
): TemporaryCredential | undefined {
  if (token.length > LONGEST) return undefined
  const text = openText(services, sealing(accessKeyId), token)
  if (text === undefined) return undefined
  // What opens was written by sealSession.
  const members: Readonly<Record<string, unknown>> = JSON.parse(text)
  const claims = unpackSessionClaims(members)
  const { c: secretAccessKey } = members
  if (claims === undefined || typeof secretAccessKey !== 'string')
    throw new Error('a session token of ours holds something else')
  return { claims, secretAccessKey }
}

function sealing(accessKeyId: string): Sealing {
  return { use: 'session tokens', binding: accessKeyId }
}
