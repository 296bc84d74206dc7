import { AWS_ACCOUNT } from '../../core/iam/aws-managed-policies.ts'
import { policyArn } from '../../core/iam/policy-arn.ts'
import type { IdentityReads, ManagedPolicy } from '../../ports/metadata/identity.ts'
import { BUILT_IN } from '../identity/find-managed-policy.ts'

export interface ListedPolicy {
  readonly arn: string
  /** What the list goes by: those that every account has come first. */
  readonly key: string
  readonly policy: ManagedPolicy
}

/** Which managed policies: those that every account has, its own, or both. */
export type PolicyScope = 'All' | 'AWS' | 'Local'

const OWN = 'own/'

/** A page of the managed policies that an account has, by name. */
export async function listPolicies(
  reader: IdentityReads,
  accountId: string,
  asked: {
    readonly scope: PolicyScope
    readonly pathPrefix: string
    readonly after: string | undefined
    readonly limit: number
  },
): Promise<ListedPolicy[]> {
  const { scope, pathPrefix, after, limit } = asked
  const builtIn = scope === 'Local' ? [] : listBuiltIn(pathPrefix, after).slice(0, limit)
  if (scope === 'AWS' || builtIn.length === limit) return builtIn
  const page = { after: ownName(after), limit: limit - builtIn.length, pathPrefix }
  const own = await reader.listIdentities(accountId, 'policy', page)
  return [...builtIn, ...own.map((policy) => listed(accountId, policy, OWN))]
}

function listBuiltIn(pathPrefix: string, after = ''): ListedPolicy[] {
  return BUILT_IN.filter(({ path }) => path.startsWith(pathPrefix))
    .map((policy) => listed(AWS_ACCOUNT, policy, `${AWS_ACCOUNT}/`))
    .filter(({ key }) => key > after)
}

function ownName(after: string | undefined): string | undefined {
  return after?.startsWith(OWN) ? after.slice(OWN.length) : undefined
}

function listed(accountId: string, policy: ManagedPolicy, prefix: string): ListedPolicy {
  return { arn: policyArn(accountId, policy.path, policy.name), key: prefix + policy.name, policy }
}
