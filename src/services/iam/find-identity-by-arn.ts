import { Refusal } from '../../core/refusal.ts'
import type { Group, IdentityReads, Role, User } from '../../ports/metadata/identity.ts'
import { arnOf } from './change-permissions.ts'
import type { PermittedKind } from './get-identity.ts'

/** @throws {Refusal} `entity-unknown`; `parameter-invalid` when it is no ARN of a user, a group or a role of the account */
export async function getIdentityByArn(
  reader: IdentityReads,
  accountId: string,
  arn: string,
): Promise<User | Group | Role> {
  const [, owner, kind, name] =
    /^arn:aws:iam::([0-9]{12}):(user|group|role)\/(?:[!-.0-~]+\/)*([\w+=,.@-]{1,128})$/.exec(arn) ?? []
  if (name === undefined || owner !== accountId || !isKind(kind)) {
    throw new Refusal('parameter-invalid', `Invalid Entity Arn: ${arn} is not that of a user, a group or a role here.`)
  }
  const found: User | Group | Role | undefined = await reader.findIdentity(accountId, kind, name)
  if (found !== undefined && arnOf(accountId, found) === arn) return found
  throw new Refusal('entity-unknown', `The ${kind} with name ${name} cannot be found.`)
}

function isKind(text: string | undefined): text is PermittedKind {
  return text === 'user' || text === 'group' || text === 'role'
}
