import { AWS_ACCOUNT } from '../../core/iam/aws-managed-policies.ts'
import { parsePolicyArn } from '../../core/iam/policy-arn.ts'
import { Refusal } from '../../core/refusal.ts'
import type { ManagedPolicy } from '../../ports/metadata/identity.ts'
import type { Caller, Services } from '../context.ts'
import { type AccountChange, changeAccount } from './change-account.ts'
import { getManagedPolicy } from './get-managed-policy.ts'

/** @throws {Refusal} `entity-unknown`; `denied` for one that every account has; `parameter-invalid` for another ARN */
export async function changePolicy<Result>(
  services: Services,
  caller: Caller,
  arn: string,
  work: (policy: ManagedPolicy, change: AccountChange) => Promise<Result>,
): Promise<Result> {
  if (parsePolicyArn(arn).accountId === AWS_ACCOUNT) {
    throw new Refusal('denied', `Policy ${arn} is one of those that every account has, and cannot be changed.`)
  }
  return await changeAccount(services, caller, async (change) => {
    const policy = await getManagedPolicy(change.reads, change.accountId, arn)
    return await work(policy, change)
  })
}
