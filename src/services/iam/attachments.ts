import { overQuota } from '../../core/iam/policy-size.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Caller, Services } from '../context.ts'
import { changePermissions, type Target } from './change-permissions.ts'
import { requireAttachable } from './get-managed-policy.ts'

/** IAM's default; it can be raised to twenty there. */
export const MOST_ATTACHED = 10
const QUOTAS = { user: 'PoliciesPerUser', group: 'PoliciesPerGroup', role: 'PoliciesPerRole' } as const

/**
 * Attaches a managed policy; one that is attached already stays so.
 *
 * @throws {Refusal} `entity-unknown`; `limit-exceeded` for the eleventh; `denied` to a bounded maker
 */
export async function attachPolicy(
  services: Services,
  caller: Caller,
  { policyArn, ...target }: Target & { readonly policyArn: string },
): Promise<void> {
  await changePermissions(services, caller, { ...target, verb: 'Attach' }, async (found, change) => {
    await requireAttachable(change.reads, change.accountId, policyArn)
    if (found.attachedPolicies.includes(policyArn)) return
    const attachedPolicies = [...found.attachedPolicies, policyArn]
    if (attachedPolicies.length > MOST_ATTACHED) throw overQuota(QUOTAS[found.kind], MOST_ATTACHED)
    await change.changes.replace({ ...found, attachedPolicies })
  })
}

/** @throws {Refusal} `entity-unknown` also when it is not attached; `denied` to a bounded maker */
export async function detachPolicy(
  services: Services,
  caller: Caller,
  { policyArn, ...target }: Target & { readonly policyArn: string },
): Promise<void> {
  await changePermissions(services, caller, { ...target, verb: 'Detach' }, async (found, { changes }) => {
    const attachedPolicies = found.attachedPolicies.filter((arn) => arn !== policyArn)
    if (attachedPolicies.length === found.attachedPolicies.length) {
      throw new Refusal('entity-unknown', `Policy ${policyArn} was not found.`)
    }
    await changes.replace({ ...found, attachedPolicies })
  })
}
