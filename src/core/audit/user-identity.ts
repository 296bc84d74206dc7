import type { Principal, Session, WebIdentity } from '../principal.ts'
import { boundedText } from './bounded-value.ts'

/** Who called, beside a principal: a holder of an identity token who is about to become one, or the server itself. */
export type AuditCaller =
  | Principal
  | { readonly kind: 'web-identity'; readonly webIdentity: WebIdentity }
  | { readonly kind: 'service' }

/** CloudTrail's `userIdentity` element (CloudTrail user guide, "CloudTrail userIdentity element", read 2026-11). */
export interface UserIdentity {
  readonly type: 'Root' | 'IAMUser' | 'AssumedRole' | 'WebIdentityUser' | 'AWSAccount' | 'AWSService'
  readonly principalId?: string
  readonly arn?: string
  readonly accountId?: string
  readonly accessKeyId?: string
  readonly userName?: string
  readonly identityProvider?: string
  readonly invokedBy?: string
  readonly sessionContext?: SessionContext
}

export interface SessionContext {
  readonly sessionIssuer?: {
    readonly type: 'Role'
    readonly principalId: string
    readonly arn: string
    readonly accountId: string
    readonly userName: string
  }
  readonly webIdFederationData?: {
    readonly federatedProvider: string
    /** What answers "which CI run pushed this": the token's issuer, subject and audience. */
    readonly attributes: { readonly aud: string; readonly iss: string; readonly sub: string }
  }
  readonly attributes: { readonly creationDate: string; readonly mfaAuthenticated: 'false' }
  readonly sourceIdentity?: string
}

/** What the server does by itself. */
export const SERVICE_NAME = 'lading.internal'

export function userIdentity(caller: AuditCaller): UserIdentity {
  switch (caller.kind) {
    case 'root':
      return { type: 'Root', ...authenticated(caller), ...context(caller.session) }
    case 'user':
      return { type: 'IAMUser', ...authenticated(caller), userName: caller.name, ...context(caller.session) }
    case 'role-session': {
      const { accountId, roleId, roleArn, roleName } = caller
      const sessionIssuer = { type: 'Role', principalId: roleId, arn: roleArn, accountId, userName: roleName } as const
      return { type: 'AssumedRole', ...authenticated(caller), ...context(caller.session, { sessionIssuer }) }
    }
    case 'anonymous':
      return { type: 'AWSAccount', principalId: '', accountId: 'ANONYMOUS_PRINCIPAL' }
    case 'web-identity':
      return webIdentityUser(caller.webIdentity)
    case 'service':
      return { type: 'AWSService', invokedBy: SERVICE_NAME }
  }
}

function authenticated(caller: Exclude<Principal, { kind: 'anonymous' }>) {
  const { userId, arn, accountId, accessKeyId } = caller
  return { principalId: userId, arn, accountId, accessKeyId }
}

function webIdentityUser({ providerArn, subject, audience }: WebIdentity): UserIdentity {
  return {
    type: 'WebIdentityUser',
    principalId: boundedText(`${providerArn}:${audience}:${subject}`),
    userName: boundedText(subject),
    identityProvider: boundedText(providerArn),
  }
}

function context(
  session: Session | undefined,
  more: Pick<SessionContext, 'sessionIssuer'> = {},
): { readonly sessionContext?: SessionContext } {
  if (session === undefined) return {}
  const { issuedAtMs, sourceIdentity, webIdentity } = session
  const sessionContext: SessionContext = {
    ...more,
    ...(webIdentity === undefined ? {} : { webIdFederationData: federation(webIdentity) }),
    attributes: { creationDate: formatTime(issuedAtMs), mfaAuthenticated: 'false' },
    ...(sourceIdentity === undefined ? {} : { sourceIdentity: boundedText(sourceIdentity) }),
  }
  return { sessionContext }
}

function federation({ providerArn, issuer, subject, audience }: WebIdentity) {
  const attributes = { aud: boundedText(audience), iss: boundedText(issuer), sub: boundedText(subject) }
  return { federatedProvider: boundedText(providerArn), attributes }
}

/** As CloudTrail writes times: to the second, in UTC. @param atMs Unix time in milliseconds */
export function formatTime(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`
}
