import type { IdentityReads } from '../../ports/metadata/identity.ts'
import { countBoundedBy } from './bounded-maker.ts'

/** How many users, groups and roles of an account have a policy attached, and how many have it as their boundary. */
export interface PolicyUse {
  readonly attached: number
  readonly boundary: number
}

export async function countPolicyUse(reader: IdentityReads, accountId: string, arn: string): Promise<PolicyUse> {
  let attached = 0
  for (const kind of ['user', 'group', 'role'] as const) {
    attached += await reader.countIdentities(accountId, kind, { attachedPolicy: arn })
  }
  return { attached, boundary: await countBoundedBy(reader, accountId, arn) }
}
