import { matchOidcProviderArn, oidcProviderArn } from '../../core/iam/oidc-provider-arn.ts'
import { assumedRoleArn, roleArn, userArn } from '../../core/principal.ts'
import type { AccountReads } from '../../ports/metadata/accounts.ts'
import type { IdentityReads } from '../../ports/metadata/identity.ts'
import { findIdentityByArn } from '../identity/find-identity-by-arn.ts'
import { findOidcProvider } from '../identity/find-oidc-provider.ts'

export type PrincipalReads = IdentityReads & Pick<AccountReads, 'findAccount'>

const SESSION = /^arn:aws:sts::([0-9]{12}):assumed-role\/([\w+=,.@-]{1,64})\/([\w+=,.@-]{2,64})$/
const ROOT = /^(?:arn:aws:iam::)?([0-9]{12})(?::root)?$/
/** What ids look like, with a session's name behind a role's. */
const STORED = /^(A(?:IDA|ROA|OID)[A-Z0-9]{12,124})(?::([\w+=,.@-]{2,64}))?$/

/**
 * How an `AWS` principal of a policy is stored: users and roles by their unique ids, so that one made again under an old
 * name inherits nothing (iam.md 1.2); sessions by their role's id and their name. Everybody and accounts stay as they are.
 *
 * @returns undefined when there is no such principal in this installation
 */
export async function findStoredPrincipal(reader: PrincipalReads, principal: string): Promise<string | undefined> {
  if (principal === '*') return principal
  const [, accountId] = ROOT.exec(principal) ?? []
  if (accountId !== undefined) return (await reader.findAccount(accountId)) === undefined ? undefined : principal
  if (STORED.test(principal)) return (await findShown(reader, principal)) === undefined ? undefined : principal
  return (await findSession(reader, principal)) ?? (await findUserOrRole(reader, principal))
}

/** The other way round: a stored principal as an ARN of today; as it is stored when there is no such one any more. */
export async function showStoredPrincipal(reader: IdentityReads, stored: string): Promise<string> {
  return STORED.test(stored) ? ((await findShown(reader, stored)) ?? stored) : stored
}

/**
 * How a `Federated` principal is stored: by the unique id of the provider, as another issuer may come under an old name.
 * A role trusts none of another account.
 *
 * @returns undefined when the account has no such provider
 */
export async function findStoredProvider(
  reader: IdentityReads,
  accountId: string,
  principal: string,
): Promise<string | undefined> {
  if (STORED.test(principal)) {
    const found = await reader.findIdentityById('oidc-provider', principal)
    return found?.accountId === accountId ? principal : undefined
  }
  const named = matchOidcProviderArn(principal)
  if (named?.accountId !== accountId) return undefined
  return (await findOidcProvider(reader, accountId, named.name))?.id
}

async function findUserOrRole(reader: IdentityReads, arn: string): Promise<string | undefined> {
  const found = await findIdentityByArn(reader, arn)
  return found === undefined || found.identity.kind === 'group' ? undefined : found.identity.id
}

async function findSession(reader: IdentityReads, arn: string): Promise<string | undefined> {
  const [, accountId, roleName, sessionName] = SESSION.exec(arn) ?? []
  if (accountId === undefined || roleName === undefined) return undefined
  const role = await reader.findIdentity(accountId, 'role', roleName)
  return role?.name === roleName ? `${role.id}:${sessionName}` : undefined
}

async function findShown(reader: IdentityReads, stored: string): Promise<string | undefined> {
  const [, id, sessionName] = STORED.exec(stored) ?? []
  if (id === undefined) return undefined
  if (id.startsWith('AIDA')) {
    const user = sessionName === undefined ? await reader.findIdentityById('user', id) : undefined
    return user && userArn(user.accountId, user.identity.path, user.identity.name)
  }
  if (id.startsWith('AOID')) {
    const provider = sessionName === undefined ? await reader.findIdentityById('oidc-provider', id) : undefined
    return provider && oidcProviderArn(provider.accountId, provider.identity.name)
  }
  const role = await reader.findIdentityById('role', id)
  if (role === undefined) return undefined
  const { accountId, identity } = role
  if (sessionName !== undefined) return assumedRoleArn(accountId, identity.name, sessionName)
  return roleArn(accountId, identity.path, identity.name)
}
