import { identityArn, matchIdentityArn } from '../../core/iam/identity-arn.ts'
import type { Group, IdentityReads, Role, User } from '../../ports/metadata/identity.ts'

/**
 * The user, group or role that has this very ARN, of whatever account: its path and the letters of its name count.
 *
 * @returns undefined when there is none, or it is no such ARN
 */
export async function findIdentityByArn(
  reader: IdentityReads,
  arn: string,
): Promise<{ readonly accountId: string; readonly identity: User | Group | Role } | undefined> {
  const named = matchIdentityArn(arn)
  if (named === undefined) return undefined
  const { accountId, kind, name } = named
  const identity: User | Group | Role | undefined = await reader.findIdentity(accountId, kind, name)
  return identity !== undefined && identityArn(accountId, identity) === arn ? { accountId, identity } : undefined
}
