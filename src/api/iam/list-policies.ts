import { type ListedPolicy, listPolicies as list } from '../../services/iam/list-policies.ts'
import { countPolicyUse, type PolicyUse } from '../../services/iam/policy-use.ts'
import { defineIamAction } from '../query/define-action.ts'
import type { Inputs } from '../query/inputs.ts'
import { pageOf, parsePage, parsePathPrefix } from './parameters.ts'
import { listedPolicyView } from './policy-view.ts'

/** Every policy of a page is asked how often it is used. */
const LARGEST_PAGE = 100

/**
 * A page may have fewer policies than were asked for, or none, when those in it are not used as the filter wants: how a
 * policy is used is not what the list goes by.
 */
export const listPolicies = defineIamAction('ListPolicies', {
  changes: false,
  parse: (inputs) => {
    return {
      scope: inputs.choice('Scope', ['All', 'AWS', 'Local']) ?? 'All',
      pathPrefix: parsePathPrefix(inputs),
      page: parsePage(inputs, LARGEST_PAGE),
      isWanted: parseUsage(inputs),
    }
  },
  handle: async ({ services, caller }, { scope, pathPrefix, page, isWanted }) => {
    const { accountId } = caller.principal
    const reader = services.metadata
    const found = await list(reader, accountId, { scope, pathPrefix, after: page.after, limit: page.limit + 1 })
    const { items, ...marks } = pageOf(found, page, ({ key }) => key)
    const used: { readonly listed: ListedPolicy; readonly use: PolicyUse }[] = []
    for (const listed of items) used.push({ listed, use: await countPolicyUse(reader, accountId, listed.arn) })
    const wanted = used.filter(({ use }) => isWanted(use))
    return { Policies: wanted.map(({ listed: { arn, policy }, use }) => listedPolicyView(arn, policy, use)), ...marks }
  },
})

function parseUsage(inputs: Inputs): (use: PolicyUse) => boolean {
  const onlyAttached = inputs.flag('OnlyAttached') ?? false
  const usage = inputs.choice('PolicyUsageFilter', ['PermissionsPolicy', 'PermissionsBoundary'])
  return ({ attached, boundary }) => {
    if (usage === 'PermissionsBoundary') return boundary > 0
    return attached > 0 || !(onlyAttached || usage === 'PermissionsPolicy')
  }
}
