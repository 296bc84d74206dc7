import {
  AWS_ACCOUNT,
  AWS_MANAGED_POLICIES,
  AWS_POLICY_VERSION,
  type AwsManagedPolicy,
} from '../../core/iam/aws-managed-policies.ts'
import { parsePolicyArn, policyArn } from '../../core/iam/policy-arn.ts'
import { Refusal } from '../../core/refusal.ts'
import type { IdentityReads, ManagedPolicy, PolicyVersion } from '../../ports/metadata/identity.ts'

/**
 * A managed policy that the account can use: one of its own, or one of those that every account has.
 *
 * @throws {Refusal} `parameter-invalid` when it is no ARN of a policy
 */
export async function findManagedPolicy(
  reader: IdentityReads,
  accountId: string,
  arn: string,
): Promise<ManagedPolicy | undefined> {
  const named = parsePolicyArn(arn)
  if (named.accountId === AWS_ACCOUNT)
    return BUILT_IN.find((policy) => policyArn(AWS_ACCOUNT, policy.path, policy.name) === arn)
  if (named.accountId !== accountId) return undefined
  const policy = await reader.findIdentity(accountId, 'policy', named.name)
  return policy?.path === named.path && policy.name === named.name ? policy : undefined
}

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

/** As old as all of them: when managed policies came to AWS's IAM. */
const BUILT_IN_SINCE_MS = Date.UTC(2015, 1, 6, 18, 0)

/** Those that every account has, in the form of its own and in the order of their names. */
export const BUILT_IN: readonly ManagedPolicy[] = AWS_MANAGED_POLICIES.map(toManagedPolicy)

function toManagedPolicy({ id, name, description, text }: AwsManagedPolicy): ManagedPolicy {
  return {
    kind: 'policy',
    id,
    name,
    path: '/',
    description,
    tags: [],
    createdAtMs: BUILT_IN_SINCE_MS,
    updatedAtMs: BUILT_IN_SINCE_MS,
    defaultVersion: AWS_POLICY_VERSION,
    versions: [{ id: AWS_POLICY_VERSION, text, createdAtMs: BUILT_IN_SINCE_MS }],
    versionsMade: 1,
  }
}
