import { checkInlinePoliciesSize } from '../../core/iam/policy-size.ts'
import type { PolicyFinding } from '../../core/policy/analyse-policy.ts'
import { Refusal } from '../../core/refusal.ts'
import type { IdentityReads, InlinePolicy } from '../../ports/metadata/identity.ts'
import type { Caller, Services } from '../context.ts'
import { changePermissions, type Target } from './change-permissions.ts'
import { getIdentity, type PermittedKind } from './get-identity.ts'
import { savePolicyText } from './policy-text.ts'

/** @throws {Refusal} `entity-unknown` when there is no such user, group or role, or no such policy */
export async function getInlinePolicy(
  reader: IdentityReads,
  accountId: string,
  { policyName, ...target }: Target & { readonly policyName: string },
): Promise<{ readonly ownerName: string; readonly policy: InlinePolicy }> {
  const { name, inlinePolicies } = await getIdentity(reader, accountId, target)
  const policy = inlinePolicies.find((candidate) => candidate.name === policyName)
  if (policy === undefined) throw unknown(target.kind, policyName)
  return { ownerName: name, policy }
}

/**
 * Inserts or replaces.
 *
 * @throws {Refusal} `entity-unknown`; `policy-malformed`; `limit-exceeded` when all inline policies together would be
 *   too large; `denied` to a bounded maker
 */
export async function putInlinePolicy(
  services: Services,
  caller: Caller,
  { policy: { name, text }, ...target }: Target & { readonly policy: InlinePolicy },
): Promise<readonly PolicyFinding[]> {
  return await changePermissions(services, caller, { ...target, verb: 'Put' }, async (found, change) => {
    const saved = await savePolicyText(change.reads, change.accountId, text, 'identity')
    const others = found.inlinePolicies.filter((policy) => policy.name !== name)
    const inlinePolicies = [...others, { name, text: saved.text }].toSorted(byName)
    checkInlinePoliciesSize(
      found.kind,
      found.name,
      inlinePolicies.map((policy) => policy.text),
    )
    await change.changes.replace({ ...found, inlinePolicies })
    return saved.findings
  })
}

/** @throws {Refusal} `entity-unknown`; `denied` to a bounded maker */
export async function deleteInlinePolicy(
  services: Services,
  caller: Caller,
  { policyName, ...target }: Target & { readonly policyName: string },
): Promise<void> {
  await changePermissions(services, caller, { ...target, verb: 'Delete' }, async (found, { changes }) => {
    const inlinePolicies = found.inlinePolicies.filter((policy) => policy.name !== policyName)
    if (inlinePolicies.length === found.inlinePolicies.length) throw unknown(target.kind, policyName)
    await changes.replace({ ...found, inlinePolicies })
  })
}

function byName(one: InlinePolicy, other: InlinePolicy): number {
  return one.name < other.name ? -1 : 1
}

function unknown(kind: PermittedKind, policyName: string): Refusal {
  return new Refusal('entity-unknown', `The ${kind} policy with name ${policyName} cannot be found.`)
}
