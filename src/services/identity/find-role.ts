import type { Role } from '../../ports/metadata/identity.ts'
import type { Services } from '../context.ts'
import { findIdentityByArn } from './find-identity-by-arn.ts'

export interface FoundRole {
  readonly accountId: string
  readonly role: Role
  readonly arn: string
}

/** @returns undefined when there is no such role, or its account is disabled: a stranger is told the same */
export async function findRole(services: Services, arn: string): Promise<FoundRole | undefined> {
  const found = await findIdentityByArn(services.metadata, arn)
  if (found?.identity.kind !== 'role') return undefined
  const { accountId, identity: role } = found
  const known = await services.directory.account(accountId)
  return known?.account.state === 'enabled' ? { accountId, role, arn } : undefined
}
