import type { VerifiedToken } from '../../core/oidc/verify-identity-token.ts'
import type { AuthenticatedPrincipal, Session } from '../../core/principal.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Services } from '../context.ts'
import { principalOfSession } from '../identity/principal-of.ts'
import type { RequestOrigin } from '../request-origin.ts'
import { trustedSession, verifyForRole } from './assume-role-with-web-identity.ts'

const LONGEST_SESSION_NAME = 64

/**
 * `docker login -u <role's ARN>` with an identity token as the password: the session that AssumeRoleWithWebIdentity
 * would give, for as long as the token lasts, and nothing to be stored. The token's audience is checked as it is there.
 *
 * @throws {Refusal} as `assumeRoleWithWebIdentity` does
 */
export async function logInWithIdentityToken(
  services: Services,
  origin: RequestOrigin,
  login: { readonly roleArn: string; readonly token: string },
): Promise<AuthenticatedPrincipal> {
  const trusted = await verifyForRole(services, login.roleArn, login.token)
  const sessionName = sessionNameOf(trusted.verified)
  // The token is the session, and as old as that.
  const { issuedAtMs } = trusted.verified
  const session = { ...sessionOf(services, origin, { ...trusted, sessionName }), issuedAtMs }
  const { accountId, role } = trusted.found
  const owner = { kind: 'role', accountId, id: role.id, sessionName } as const
  // It was made with no key; the id is for records alone.
  const claims = { owner, accessKeyId: `token-of-${sessionName}`, session }
  return await principalOfSession(services, claims, services.clock.nowMs())
}

/** To whom the role gives no session, that is no login: clients say why only of one that was not good. */
function sessionOf(...of: Parameters<typeof trustedSession>): Session {
  try {
    return trustedSession(...of)
  } catch (error) {
    if (!(error instanceof Refusal) || error.reason !== 'denied') throw error
    throw new Refusal('identity-token-rejected', error.message, error.detail)
  }
}

/**
 * Whom records show: the service account of a pod, the repository and run of a CI job, or else the token's subject.
 */
function sessionNameOf({ subject, claims }: VerifiedToken): string {
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(subject)
  const run = claims.get('run_id') ?? claims.get('job_id')
  const repository = claims.get('repository') ?? claims.get('project_path')
  const isJob = typeof run === 'string' && typeof repository === 'string'
  const text = account !== null ? `${account[1]}.${account[2]}` : isJob ? `${repository}-${run}` : subject
  const name = text.replace(/[^\w+=,.@-]/g, '-').slice(-LONGEST_SESSION_NAME)
  return name.length < 2 ? `${name}--` : name
}
