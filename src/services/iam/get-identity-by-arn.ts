import { matchIdentityArn } from '../../core/iam/identity-arn.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Group, IdentityReads, Role, User } from '../../ports/metadata/identity.ts'
import { findIdentityByArn } from '../identity/find-identity-by-arn.ts'

/** @throws {Refusal} `entity-unknown`; `parameter-invalid` when it is no ARN of a user, a group or a role of the account */
export async function getIdentityByArn(
  reader: IdentityReads,
  accountId: string,
  arn: string,
): Promise<User | Group | Role> {
  const named = matchIdentityArn(arn)
  if (named?.accountId !== accountId) {
    throw new Refusal('parameter-invalid', `Invalid Entity Arn: ${arn} is not that of a user, a group or a role here.`)
  }
  const found = await findIdentityByArn(reader, arn)
  if (found !== undefined) return found.identity
  throw new Refusal('entity-unknown', `The ${named.kind} with name ${named.name} cannot be found.`)
}
