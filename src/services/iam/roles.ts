import { checkTrustPolicySize, overQuota } from '../../core/iam/policy-size.ts'
import type { PolicyFinding } from '../../core/policy/analyse-policy.ts'
import { roleArn } from '../../core/principal.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Role } from '../../ports/metadata/identity.ts'
import type { ResourceTag } from '../../ports/metadata/repositories.ts'
import type { Action } from '../authorize.ts'
import type { Caller, Services } from '../context.ts'
import { requireBounded, requireSameBoundary } from './bounded-maker.ts'
import { type AccountChange, changeAccount } from './change-account.ts'
import { entityInUse } from './entity-in-use.ts'
import { getIdentity } from './get-identity.ts'
import { requireAttachable } from './get-managed-policy.ts'
import { savePolicyText } from './policy-text.ts'
import { withTags } from './tags.ts'

/** IAM's own bound, the highest that its default of 1,000 can be raised to. */
export const MOST_ROLES = 5000

export interface NewRole {
  readonly name: string
  readonly path: string
  readonly description: string
  readonly trustPolicy: string
  readonly maxSessionSeconds: number
  readonly boundaryArn: string | undefined
  readonly tags: readonly ResourceTag[]
}

/**
 * @throws {Refusal} `entity-exists`; `entity-unknown` for a boundary that does not exist; `policy-malformed`;
 *   `limit-exceeded`; `resource-tag-invalid`; `denied` to a bounded maker whose boundary it would not have
 */
export async function createRole(
  services: Services,
  caller: Caller,
  given: NewRole,
): Promise<{ readonly role: Role; readonly findings: readonly PolicyFinding[] }> {
  const id = services.ids.entityId('AROA')
  return await changeAccount(services, caller, async (change) => {
    const { accountId, maker, reads, changes, nowMs } = change
    const resource = roleArn(accountId, given.path, given.name)
    requireSameBoundary(maker, { action: 'iam:CreateRole', resource }, given.boundaryArn)
    if (given.boundaryArn !== undefined) await requireAttachable(reads, accountId, given.boundaryArn)
    const { text, findings } = await saveTrustPolicy(change, given.trustPolicy)
    if ((await reads.countIdentities(accountId, 'role')) >= MOST_ROLES) throw overQuota('RolesPerAccount', MOST_ROLES)
    const role: Role = { ...given, ...FRESH, id, createdAtMs: nowMs, trustPolicy: text, tags: withTags([], given.tags) }
    if (!(await changes.insert(role))) {
      throw new Refusal('entity-exists', `Role with name ${given.name} already exists.`)
    }
    return { role, findings }
  })
}

const FRESH = {
  kind: 'role',
  inlinePolicies: [],
  attachedPolicies: [],
  sessionsValidFromMs: 0,
  lastUsed: undefined,
} as const satisfies Partial<Role>

/** @throws {Refusal} `entity-unknown`; `denied` to a bounded maker */
export async function updateRole(
  services: Services,
  caller: Caller,
  { name, ...to }: { readonly name: string } & Partial<Pick<Role, 'description' | 'maxSessionSeconds'>>,
): Promise<Role> {
  return await changeRole(services, caller, { name, action: 'iam:UpdateRole' }, async (role, { changes }) => {
    const changed = { ...role, ...to }
    await changes.replace(changed)
    return changed
  })
}

/** @throws {Refusal} `entity-unknown`; `policy-malformed`; `limit-exceeded`; `denied` to a bounded maker */
export async function updateTrustPolicy(
  services: Services,
  caller: Caller,
  given: { readonly name: string; readonly text: string },
): Promise<readonly PolicyFinding[]> {
  const target = { name: given.name, action: 'iam:UpdateAssumeRolePolicy' } as const
  return await changeRole(services, caller, target, async (role, change) => {
    const { text, findings } = await saveTrustPolicy(change, given.text)
    await change.changes.replace({ ...role, trustPolicy: text })
    return findings
  })
}

/** @throws {Refusal} `entity-unknown`; `entity-in-use` while it has policies */
export async function deleteRole(services: Services, caller: Caller, name: string): Promise<void> {
  await changeAccount(services, caller, async ({ accountId, reads, changes }) => {
    const role = await getIdentity(reads, accountId, { kind: 'role', name })
    if (role.attachedPolicies.length > 0) throw entityInUse('must detach all policies first')
    if (role.inlinePolicies.length > 0) throw entityInUse('must delete policies first')
    await changes.delete('role', role.id)
  })
}

/** Changes a role, which a bounded maker may do to one that is bounded alike. */
export async function changeRole<Result>(
  services: Services,
  caller: Caller,
  { name, action }: { readonly name: string; readonly action: Action },
  work: (role: Role, change: AccountChange) => Promise<Result>,
): Promise<Result> {
  return await changeAccount(services, caller, async (change) => {
    const { accountId, reads, maker } = change
    const role = await getIdentity(reads, accountId, { kind: 'role', name })
    requireBounded(maker, { action, resource: roleArn(accountId, role.path, role.name) }, role)
    return await work(role, change)
  })
}

async function saveTrustPolicy({ reads, accountId }: AccountChange, text: string) {
  checkTrustPolicySize(text)
  return await savePolicyText(reads, accountId, text, 'trust')
}
