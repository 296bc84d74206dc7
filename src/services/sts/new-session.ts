import { assumedRoleArn, type Session } from '../../core/principal.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Services } from '../context.ts'
import type { FoundRole } from '../identity/find-role.ts'
import { packSessionClaims, type SessionOwner } from '../identity/session-claims.ts'
import { sealSession } from '../identity/session-token.ts'

/** A temporary credential, as it is given out. */
export interface NewSession {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly session: Session
  /** How full of policies and tags it is, in percent of what may be. */
  readonly packedSizePercent: number
}

export interface AssumedRole extends NewSession {
  /** `AROA…:<session name>`. */
  readonly assumedRoleId: string
  readonly arn: string
}

/** Of everything that a session carries: its token, and the one of a login made with it, go with every request. */
const MOST_CLAIM_BYTES = 6000

/** @throws {Refusal} `policy-too-large` when the session's policies and tags do not fit into a token */
export function makeSession(services: Services, owner: SessionOwner, session: Session): NewSession {
  const { ids } = services
  const accessKeyId = ids.entityId('ASIA')
  const secretAccessKey = ids.secretAccessKey()
  const claims = { owner, accessKeyId, session }
  const sizeBytes = Buffer.byteLength(JSON.stringify(packSessionClaims(claims)))
  const packedSizePercent = Math.ceil((sizeBytes * 100) / MOST_CLAIM_BYTES)
  if (packedSizePercent > 100) {
    throw new Refusal(
      'policy-too-large',
      `The session's policies and tags take ${packedSizePercent}% of what they may.`,
    )
  }
  const sessionToken = sealSession(services, { claims, secretAccessKey })
  return { accessKeyId, secretAccessKey, sessionToken, session, packedSizePercent }
}

/** @throws {Refusal} as `makeSession` does */
export function makeRoleSession(
  services: Services,
  { accountId, role }: FoundRole,
  sessionName: string,
  session: Session,
): AssumedRole {
  const owner: SessionOwner = { kind: 'role', accountId, id: role.id, sessionName }
  return {
    ...makeSession(services, owner, session),
    assumedRoleId: `${role.id}:${sessionName}`,
    arn: assumedRoleArn(accountId, role.name, sessionName),
  }
}
