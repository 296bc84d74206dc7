import {
  type AuthenticatedPrincipal,
  assumedRoleArn,
  type RoleSessionPrincipal,
  roleArn,
  rootPrincipal,
  type Session,
  type UserPrincipal,
  userArn,
} from '../../core/principal.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Role, User } from '../../ports/metadata/identity.ts'
import type { Services } from '../context.ts'
import type { Directory, KnownKey } from './directory.ts'
import type { SessionClaims } from './session-claims.ts'

/**
 * Who a temporary credential, or a token made with one, speaks for now.
 *
 * @throws {Refusal} `credential-expired`; `credential-revoked` when its account is disabled, its user or role is gone,
 *   or its session was ended. Only whoever holds the credential gets to hear it.
 */
export async function principalOfSession(
  services: Pick<Services, 'directory' | 'credentials'>,
  claims: SessionClaims,
  nowMs: number,
): Promise<AuthenticatedPrincipal> {
  const { directory } = services
  const { owner, session } = claims
  if (session.expiresAtMs <= nowMs) throw expired('The security token included in the request is expired.')
  await requireEnabled(directory, owner.accountId)
  if (session.parentKeyId !== undefined) await requireKey(services, session.parentKeyId)
  if (owner.kind === 'root') return rootPrincipal(owner.accountId, claims.accessKeyId, session)
  const { issuedAtMs } = session
  if (owner.kind === 'user') return await principalOfUser(directory, { ...claims, ...owner, issuedAtMs })
  const role = await directory.identity(owner.accountId, 'role', owner.id)
  if (role !== undefined && issuedAtMs < role.sessionsValidFromMs) throw revoked('This session was revoked.')
  return principalOfRole(role, { ...owner, accessKeyId: claims.accessKeyId, session })
}

/** Who asked once, as they are today, whether or not their credential is still good. */
export interface FormerPrincipal {
  readonly kind: AuthenticatedPrincipal['kind']
  readonly accountId: string
  /** Unique id of the user or the role. */
  readonly id: string
  readonly sessionName: string
  readonly accessKeyId: string
  readonly session: Session | undefined
}

/** @throws {Refusal} `credential-revoked` when their account is disabled, or they are gone */
export async function principalAgain(directory: Directory, former: FormerPrincipal): Promise<AuthenticatedPrincipal> {
  const { kind, accountId, id, session } = former
  await requireEnabled(directory, accountId)
  if (kind === 'root') return rootPrincipal(accountId, former.accessKeyId, session)
  if (kind === 'user') return await principalOfUser(directory, { ...former, issuedAtMs: undefined })
  if (session === undefined) throw new Error('a role session has a session')
  return principalOfRole(await directory.identity(accountId, 'role', id), { ...former, session })
}

function principalOfRole(
  role: Role | undefined,
  {
    accountId,
    sessionName,
    accessKeyId,
    session,
  }: Pick<FormerPrincipal, 'accountId' | 'sessionName' | 'accessKeyId'> & {
    readonly session: Session
  },
): RoleSessionPrincipal {
  if (role === undefined) throw revoked('The role of this session was deleted.')
  return {
    kind: 'role-session',
    accountId,
    arn: assumedRoleArn(accountId, role.name, sessionName),
    userId: `${role.id}:${sessionName}`,
    accessKeyId,
    session,
    roleId: role.id,
    roleArn: roleArn(accountId, role.path, role.name),
    roleName: role.name,
    sessionName,
  }
}

/**
 * Who a long-lived access key speaks for now.
 *
 * @param issuedAtMs when the token was made that names the key; undefined for the key itself
 * @throws {Refusal} as `principalOfSession`; also for a key that is inactive
 */
export async function principalOfKey(
  directory: Directory,
  { accountId, record }: KnownKey,
  issuedAtMs: number | undefined,
): Promise<AuthenticatedPrincipal> {
  if (record.state === 'inactive') throw revoked('This access key is inactive.')
  await requireEnabled(directory, accountId)
  if (record.ownerId === accountId) return rootPrincipal(accountId, record.id)
  const user = { accountId, id: record.ownerId, accessKeyId: record.id, session: undefined, issuedAtMs }
  return await principalOfUser(directory, user)
}

async function principalOfUser(
  directory: Directory,
  of: {
    readonly accountId: string
    readonly id: string
    readonly accessKeyId: string
    readonly session: UserPrincipal['session']
    readonly issuedAtMs: number | undefined
  },
): Promise<UserPrincipal> {
  const user: User | undefined = await directory.identity(of.accountId, 'user', of.id)
  if (user === undefined) throw revoked('The user of this credential was deleted.')
  if (of.issuedAtMs !== undefined && of.issuedAtMs < user.sessionsValidFromMs)
    throw revoked('This session was revoked.')
  return {
    kind: 'user',
    accountId: of.accountId,
    arn: userArn(of.accountId, user.path, user.name),
    userId: user.id,
    name: user.name,
    accessKeyId: of.accessKeyId,
    session: of.session,
  }
}

async function requireKey(
  { directory, credentials }: Pick<Services, 'directory' | 'credentials'>,
  accessKeyId: string,
): Promise<void> {
  if ((await credentials.find(accessKeyId)) !== undefined) return
  const key = await directory.accessKey(accessKeyId)
  if (key === undefined) throw revoked('The access key that this session was made with was deleted.')
  if (key.record.state === 'inactive') throw revoked('The access key that this session was made with is inactive.')
}

async function requireEnabled(directory: Directory, accountId: string): Promise<void> {
  const known = await directory.account(accountId)
  if (known === undefined) throw revoked('The account of this credential is not there any more.')
  if (known.account.state === 'disabled') throw revoked('The account of this credential is disabled.')
}

function expired(message: string): Refusal {
  return new Refusal('credential-expired', message)
}

function revoked(message: string): Refusal {
  return new Refusal('credential-revoked', message)
}
