import { checkManagedPolicySize, overQuota } from '../../core/iam/policy-size.ts'
import type { PolicyFinding } from '../../core/policy/analyse-policy.ts'
import { Refusal } from '../../core/refusal.ts'
import type { ManagedPolicy } from '../../ports/metadata/identity.ts'
import type { ResourceTag } from '../../ports/metadata/repositories.ts'
import type { Caller, Services } from '../context.ts'
import { type AccountChange, changeAccount } from './change-account.ts'
import { changePolicy } from './change-policy.ts'
import { savePolicyText } from './policy-text.ts'
import { countPolicyUse } from './policy-use.ts'
import { withTags } from './tags.ts'

/** As with roles, IAM's own bound rather than its default. */
export const MOST_POLICIES = 5000

export interface NewPolicy {
  readonly name: string
  readonly path: string
  readonly description: string
  readonly text: string
  readonly tags: readonly ResourceTag[]
}

/** @throws {Refusal} `entity-exists`; `policy-malformed`; `limit-exceeded` */
export async function createPolicy(
  services: Services,
  caller: Caller,
  { text: written, ...named }: NewPolicy,
): Promise<{ readonly policy: ManagedPolicy; readonly findings: readonly PolicyFinding[] }> {
  const id = services.ids.entityId('ANPA')
  return await changeAccount(services, caller, async (change) => {
    const { accountId, reads, changes, nowMs } = change
    const { text, findings } = await saveManagedText(change, written)
    if ((await reads.countIdentities(accountId, 'policy')) >= MOST_POLICIES) {
      throw overQuota('PoliciesPerAccount', MOST_POLICIES)
    }
    const versions = [{ id: 'v1', text, createdAtMs: nowMs }]
    const first = { defaultVersion: 'v1', versions, versionsMade: 1, createdAtMs: nowMs, updatedAtMs: nowMs }
    const policy: ManagedPolicy = { kind: 'policy', id, ...named, ...first, tags: withTags([], named.tags) }
    if (await changes.insert(policy)) return { policy, findings }
    throw new Refusal('entity-exists', `A policy called ${named.name} already exists. Duplicate names are not allowed.`)
  })
}

/** @throws {Refusal} `entity-unknown`; `entity-in-use` while it has a use or other versions */
export async function deletePolicy(services: Services, caller: Caller, arn: string): Promise<void> {
  await changePolicy(services, caller, arn, async (policy, { reads, accountId, changes }) => {
    const { attached, boundary } = await countPolicyUse(reads, accountId, arn)
    if (attached + boundary > 0) throw new Refusal('entity-in-use', 'Cannot delete a policy attached to entities.')
    if (policy.versions.length > 1) throw hasVersions()
    await changes.delete('policy', policy.id)
  })
}

export async function saveManagedText({ reads, accountId }: AccountChange, text: string) {
  checkManagedPolicySize(text)
  return await savePolicyText(reads, accountId, text, 'identity')
}

function hasVersions(): Refusal {
  return new Refusal(
    'entity-in-use',
    "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
  )
}
