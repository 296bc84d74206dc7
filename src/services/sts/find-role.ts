import { roleArn } from '../../core/principal.ts'
import type { Role } from '../../ports/metadata/identity.ts'
import type { Services } from '../context.ts'

export interface FoundRole {
  readonly accountId: string
  readonly role: Role
  readonly arn: string
}

/** Linear: paths are of printable characters, as `create-role` takes them. */
const ROLE_ARN = /^arn:aws:iam::(\d{12}):role\/((?:[!-~]{1,512}\/)?)([\w+=,.@-]{1,64})$/

/** @returns undefined when there is no such role, or its account is disabled: a stranger is told the same */
export async function findRole(services: Services, arn: string): Promise<FoundRole | undefined> {
  const [, accountId, , name] = ROLE_ARN.exec(arn) ?? []
  if (accountId === undefined || name === undefined) return undefined
  const known = await services.directory.account(accountId)
  if (known?.account.state !== 'enabled') return undefined
  const role = await services.metadata.findIdentity(accountId, 'role', name)
  if (role === undefined || roleArn(accountId, role.path, role.name) !== arn) return undefined
  return { accountId, role, arn }
}
