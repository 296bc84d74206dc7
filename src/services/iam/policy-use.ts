import type { IdentityReads } from '../../ports/metadata/identity.ts'
import { countBoundedBy } from './bounded-maker.ts'

/** How many users, groups and roles of an account have a policy attached, and how many have it as their boundary. */
export interface PolicyUse {
  readonly attached: number
  readonly boundary: number
}

export async function countPolicyUse(reader: IdentityReads, accountId: string, arn: string): Promise<PolicyUse> {
  const [attached, boundary] = await Promise.all([
    countAttached(reader, accountId, arn),
    countBoundedBy(reader, accountId, arn),
  ])
  return { attached, boundary }
}

async function countAttached(reader: IdentityReads, accountId: string, arn: string): Promise<number> {
  const kinds = ['user', 'group', 'role'] as const
  const filter = { attachedPolicy: arn }
  const counts = await Promise.all(kinds.map((kind) => reader.countIdentities(accountId, kind, filter)))
  return counts.reduce((sum, count) => sum + count, 0)
}
