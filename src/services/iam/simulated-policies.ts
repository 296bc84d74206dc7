import { AWS_ACCOUNT } from '../../core/iam/aws-managed-policies.ts'
import { parsePolicyArn } from '../../core/iam/policy-arn.ts'
import type { SimulatedPolicy } from '../../core/iam/simulation.ts'
import { readPolicy } from '../../core/policy/read-policy.ts'
import type { Group, IdentityReads, Role, User } from '../../ports/metadata/identity.ts'
import { defaultTextOf, findManagedPolicy } from '../identity/find-managed-policy.ts'

/** The policies that say what somebody may do: inline, attached, and those of a user's groups. */
export async function simulatedPoliciesOf(
  reader: IdentityReads,
  accountId: string,
  identity: User | Group | Role,
): Promise<SimulatedPolicy[]> {
  const policies = identity.inlinePolicies.map(({ name, text }): SimulatedPolicy => {
    return { id: name, source: identity.kind, document: readPolicy(text, 'identity') }
  })
  for (const arn of identity.attachedPolicies) policies.push(...(await simulatedManagedPolicy(reader, accountId, arn)))
  if (identity.kind !== 'user') return policies
  for (const id of identity.groupIds) {
    const group = await reader.findIdentityById('group', id)
    if (group !== undefined) policies.push(...(await simulatedPoliciesOf(reader, accountId, group.identity)))
  }
  return policies
}

/** One or none: what was attached cannot be deleted, but may be between two reads. */
export async function simulatedManagedPolicy(
  reader: IdentityReads,
  accountId: string,
  arn: string,
): Promise<SimulatedPolicy[]> {
  const policy = await findManagedPolicy(reader, accountId, arn)
  if (policy === undefined) return []
  const source = parsePolicyArn(arn).accountId === AWS_ACCOUNT ? 'aws-managed' : 'user-managed'
  return [{ id: policy.name, source, document: readPolicy(defaultTextOf(policy), 'identity') }]
}
