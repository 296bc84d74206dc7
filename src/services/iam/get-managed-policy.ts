import { Refusal } from '../../core/refusal.ts'
import type { IdentityReads, ManagedPolicy, PolicyVersion } from '../../ports/metadata/identity.ts'
import { findManagedPolicy } from '../identity/find-managed-policy.ts'

/** @throws {Refusal} `entity-unknown`; `parameter-invalid` when it is no ARN of a policy */
export async function getManagedPolicy(reader: IdentityReads, accountId: string, arn: string): Promise<ManagedPolicy> {
  const policy = await findManagedPolicy(reader, accountId, arn)
  if (policy === undefined) throw new Refusal('entity-unknown', `Policy ${arn} was not found.`)
  return policy
}

/**
 * For what is about to be attached, or to bound somebody.
 *
 * @throws {Refusal} `entity-unknown`; `parameter-invalid` when it is no ARN of a policy
 */
export async function requireAttachable(reader: IdentityReads, accountId: string, arn: string): Promise<void> {
  if ((await findManagedPolicy(reader, accountId, arn)) !== undefined) return
  throw new Refusal('entity-unknown', `Policy ${arn} does not exist or is not attachable.`)
}

/** @throws {Refusal} `entity-unknown` */
export function getPolicyVersion(policy: ManagedPolicy, arn: string, versionId: string): PolicyVersion {
  const version = policy.versions.find((candidate) => candidate.id === versionId)
  if (version !== undefined) return version
  throw new Refusal('entity-unknown', `Policy ${arn} version ${versionId} does not exist or is not attachable.`)
}
