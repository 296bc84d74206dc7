import { isPolicyArn } from '../../core/iam/policy-arn.ts'
import type { IdentityReads } from '../../ports/metadata/identity.ts'
import { findManagedPolicy } from '../iam/find-managed-policy.ts'

/**
 * The text of the default version of a managed policy of the account, or of one that every account has.
 *
 * @returns undefined when there is none with this ARN, or it is no ARN of a policy
 */
export async function readManagedPolicy(
  metadata: IdentityReads,
  accountId: string,
  arn: string,
): Promise<string | undefined> {
  if (!isPolicyArn(arn)) return undefined
  const policy = await findManagedPolicy(metadata, accountId, arn)
  return policy?.versions.find(({ id }) => id === policy.defaultVersion)?.text
}
