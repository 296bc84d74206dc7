/** A key and a value that somebody put on a user, a role or a session. */
export interface PrincipalTag {
  readonly key: string
  readonly value: string
}

/** Who asks. Every kind has an ARN; every kind but the anonymous one belongs to an account. */
export type Principal = AuthenticatedPrincipal | AnonymousPrincipal
export type AuthenticatedPrincipal = RootPrincipal | UserPrincipal | RoleSessionPrincipal

interface Authenticated {
  readonly accountId: string
  readonly arn: string
  /** What STS calls UserId, and policies `aws:userid`. */
  readonly userId: string
  /** Of the credential that the request was made with, or that its token was made with. */
  readonly accessKeyId: string
  /** What a temporary credential says beside who it is; undefined for a long-lived access key. */
  readonly session: Session | undefined
}

export interface RootPrincipal extends Authenticated {
  readonly kind: 'root'
}

export interface UserPrincipal extends Authenticated {
  readonly kind: 'user'
  readonly name: string
}

export interface RoleSessionPrincipal extends Authenticated {
  readonly kind: 'role-session'
  readonly roleId: string
  /** With its path; `aws:PrincipalArn` of a session is its role's. */
  readonly roleArn: string
  readonly roleName: string
  readonly sessionName: string
  readonly session: Session
}

/** Only ever on the anonymous listener. */
export interface AnonymousPrincipal {
  readonly kind: 'anonymous'
  readonly accountId: string
  readonly arn: string
}

/** What a temporary credential carries. Times are Unix time in milliseconds. */
export interface Session {
  readonly issuedAtMs: number
  readonly expiresAtMs: number
  /**
   * Session policies: each layer has to allow what is done, and does if one of its policies does. A session that was
   * made by a restricted one has that one's layers too, so that nobody gets beyond their own.
   */
  readonly policyLayers: readonly SessionPolicyLayer[]
  readonly tags: readonly PrincipalTag[]
  /** Keys of those tags that go on to sessions that this one makes. */
  readonly transitiveTagKeys: readonly string[]
  readonly sourceIdentity?: string
  /** The key that a session of a user or the root user was made with: it ends with the key. */
  readonly parentKeyId?: string
  /** Where a session by a provider's token comes from. */
  readonly webIdentity?: WebIdentity
}

export interface SessionPolicyLayer {
  readonly texts: readonly string[]
  /** ARNs of managed policies of the account. */
  readonly arns: readonly string[]
}

export interface WebIdentity {
  readonly providerArn: string
  readonly issuer: string
  readonly subject: string
  readonly audience: string
}

export function rootPrincipal(accountId: string, accessKeyId: string, session?: Session): RootPrincipal {
  return { kind: 'root', accountId, arn: rootArn(accountId), userId: accountId, accessKeyId, session }
}

export function rootArn(accountId: string): string {
  return `arn:aws:iam::${accountId}:root`
}

/** @param path `/`, or `/…/` */
export function userArn(accountId: string, path: string, name: string): string {
  return `arn:aws:iam::${accountId}:user${path}${name}`
}

/** @param path `/`, or `/…/` */
export function roleArn(accountId: string, path: string, name: string): string {
  return `arn:aws:iam::${accountId}:role${path}${name}`
}

/** Of a session, which has no path. */
export function assumedRoleArn(accountId: string, roleName: string, sessionName: string): string {
  return `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`
}

export function anonymousPrincipal(accountId: string): AnonymousPrincipal {
  return { kind: 'anonymous', accountId, arn: 'anonymous' }
}
