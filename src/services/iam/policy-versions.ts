import type { PolicyFinding } from '../../core/policy/analyse-policy.ts'
import { Refusal } from '../../core/refusal.ts'
import type { ManagedPolicy, PolicyVersion } from '../../ports/metadata/identity.ts'
import type { Caller, Services } from '../context.ts'
import { requireBoundedUse } from './bounded-maker.ts'
import { changePolicy } from './change-policy.ts'
import { getPolicyVersion } from './get-managed-policy.ts'
import { saveManagedText } from './managed-policies.ts'

export const MOST_VERSIONS = 5

export interface NewVersion {
  readonly policyArn: string
  readonly text: string
  readonly setAsDefault: boolean
}

/** @throws {Refusal} `entity-unknown`; `policy-malformed`; `limit-exceeded` for the sixth; `denied` to a bounded maker */
export async function createPolicyVersion(
  services: Services,
  caller: Caller,
  { policyArn, text: written, setAsDefault }: NewVersion,
): Promise<{
  readonly policy: ManagedPolicy
  readonly version: PolicyVersion
  readonly findings: readonly PolicyFinding[]
}> {
  return await changePolicy(services, caller, policyArn, async (policy, change) => {
    const deed = { action: 'iam:CreatePolicyVersion', resource: policyArn } as const
    await requireBoundedUse(change.reads, change.maker, deed, change.accountId)
    const { text, findings } = await saveManagedText(change, written)
    if (policy.versions.length >= MOST_VERSIONS) throw tooManyVersions()
    const versionsMade = policy.versionsMade + 1
    const version = { id: `v${versionsMade}`, text, createdAtMs: change.nowMs }
    const defaultVersion = setAsDefault ? version.id : policy.defaultVersion
    const versions = [...policy.versions, version]
    const changed = { ...policy, versions, versionsMade, defaultVersion, updatedAtMs: change.nowMs }
    await change.changes.replace(changed)
    return { policy: changed, version, findings }
  })
}

/** @throws {Refusal} `entity-unknown`; `denied` to a bounded maker */
export async function setDefaultVersion(
  services: Services,
  caller: Caller,
  { policyArn, versionId }: { readonly policyArn: string; readonly versionId: string },
): Promise<void> {
  await changePolicy(services, caller, policyArn, async (policy, change) => {
    const deed = { action: 'iam:SetDefaultPolicyVersion', resource: policyArn } as const
    await requireBoundedUse(change.reads, change.maker, deed, change.accountId)
    const { id } = getPolicyVersion(policy, policyArn, versionId)
    await change.changes.replace({ ...policy, defaultVersion: id, updatedAtMs: change.nowMs })
  })
}

/** @throws {Refusal} `entity-unknown`; `entity-in-use` for the default */
export async function deletePolicyVersion(
  services: Services,
  caller: Caller,
  { policyArn, versionId }: { readonly policyArn: string; readonly versionId: string },
): Promise<void> {
  await changePolicy(services, caller, policyArn, async (policy, change) => {
    const { id } = getPolicyVersion(policy, policyArn, versionId)
    if (id === policy.defaultVersion) {
      throw new Refusal('entity-in-use', 'Cannot delete the default version of a policy.')
    }
    const versions = policy.versions.filter((version) => version.id !== id)
    await change.changes.replace({ ...policy, versions, updatedAtMs: change.nowMs })
  })
}

function tooManyVersions(): Refusal {
  return new Refusal(
    'limit-exceeded',
    `A managed policy can have up to ${MOST_VERSIONS} versions. Before you create a new version, you must delete an existing version.`,
  )
}
