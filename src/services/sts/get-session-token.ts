import type { Session } from '../../core/principal.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Caller, Services } from '../context.ts'
import { ownerOf } from '../identity/session-claims.ts'
import { makeSession, type NewSession } from './new-session.ts'

const USUAL_SECONDS = 43_200
/** STS API reference, GetSessionToken. */
const ROOT_SECONDS = 3600

/**
 * A temporary credential of the caller itself, who must have come with a long-lived key.
 *
 * @throws {Refusal} `denied` for a session
 */
export function getSessionToken(services: Services, { principal }: Caller, asked: number | undefined): NewSession {
  if (principal.kind === 'anonymous') throw new Refusal('unauthenticated', 'Request is missing Authentication Token')
  if (principal.session !== undefined) {
    throw new Refusal('denied', 'Cannot call GetSessionToken with session credentials')
  }
  const seconds = principal.kind === 'root' ? Math.min(asked ?? ROOT_SECONDS, ROOT_SECONDS) : (asked ?? USUAL_SECONDS)
  const issuedAtMs = services.clock.nowMs()
  const session: Session = {
    issuedAtMs,
    expiresAtMs: issuedAtMs + seconds * 1000,
    policyLayers: [],
    tags: [],
    transitiveTagKeys: [],
    parentKeyId: principal.accessKeyId,
  }
  return makeSession(services, ownerOf(principal), session)
}
