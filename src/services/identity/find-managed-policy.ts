import {
  AWS_ACCOUNT,
  AWS_MANAGED_POLICIES,
  AWS_POLICY_VERSION,
  type AwsManagedPolicy,
} from '../../core/iam/aws-managed-policies.ts'
import { isPolicyArn, parsePolicyArn, policyArn } from '../../core/iam/policy-arn.ts'
import type { IdentityReads, ManagedPolicy } from '../../ports/metadata/identity.ts'

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

/**
 * The text of its default version.
 *
 * @returns undefined when there is no policy with this ARN, or it is no ARN of a policy
 */
export async function findManagedPolicyText(
  reader: IdentityReads,
  accountId: string,
  arn: string,
): Promise<string | undefined> {
  if (!isPolicyArn(arn)) return undefined
  const policy = await findManagedPolicy(reader, accountId, arn)
  return policy && defaultTextOf(policy)
}

/** @throws {Error} when the version is not there: nobody can delete it */
export function defaultTextOf({ id, defaultVersion, versions }: ManagedPolicy): string {
  const version = versions.find((candidate) => candidate.id === defaultVersion)
  if (version === undefined) throw new Error(`the managed policy ${id} has no version ${defaultVersion}`)
  return version.text
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
