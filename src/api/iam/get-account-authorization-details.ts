import type { Group, ManagedPolicy, Role, User } from '../../ports/metadata/identity.ts'
import { type ListedKind, listInKinds } from '../../services/iam/list-in-kinds.ts'
import { BUILT_IN } from '../../services/identity/find-managed-policy.ts'
import { defineIamAction } from '../query/define-action.ts'
import type { Inputs } from '../query/inputs.ts'
import { groupDetail, policyDetail, roleDetail, userDetail } from './detail-views.ts'
import { pageOf, parsePage } from './parameters.ts'

/** Each of them may come with a hundred kilobytes of policies. */
const LARGEST_PAGE = 20

const FILTERS = ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'] as const
type Filter = (typeof FILTERS)[number]
type Kind = 'user' | 'group' | 'role' | 'policy'
const KINDS: readonly (readonly [Kind, Filter])[] = [
  ['user', 'User'],
  ['group', 'Group'],
  ['role', 'Role'],
  ['policy', 'LocalManagedPolicy'],
]

/** A page of all that says who may do what; policies that every account has stand on the first page. */
export const getAccountAuthorizationDetails = defineIamAction('GetAccountAuthorizationDetails', {
  changes: false,
  parse: (inputs) => ({ wanted: parseFilter(inputs), page: parsePage(inputs, LARGEST_PAGE) }),
  handle: async ({ services, caller }, { wanted, page }) => {
    const { accountId } = caller.principal
    const reader = services.metadata
    const kinds = KINDS.filter(([, filter]) => wanted(filter)).map(([kind]): ListedKind<Kind> => ({ kind }))
    const asked = { after: page.after, limit: page.limit + 1, pathPrefix: '/' }
    const { items, ...marks } = pageOf(await listInKinds(reader, accountId, kinds, asked), page, ({ key }) => key)
    const found = items.map(({ identity }) => identity)
    const builtIn = page.after === undefined && wanted('AWSManagedPolicy') ? BUILT_IN : []
    const policies = [...builtIn, ...found.filter(isPolicy)]
    return {
      UserDetailList: await Promise.all(found.filter(isUser).map((user) => userDetail(reader, accountId, user))),
      GroupDetailList: found.filter(isGroup).map((group) => groupDetail(accountId, group)),
      RoleDetailList: await Promise.all(found.filter(isRole).map((role) => roleDetail(reader, accountId, role))),
      Policies: await Promise.all(policies.map((policy) => policyDetail(reader, accountId, policy))),
      ...marks,
    }
  },
})

function parseFilter(inputs: Inputs): (filter: Filter) => boolean {
  const names = inputs.texts('Filter', { min: 0, max: FILTERS.length }) ?? []
  const wanted = names.map((name) => {
    const filter = FILTERS.find((known) => known === name)
    if (filter !== undefined) return filter
    throw inputs.invalid('Filter', `Member must satisfy enum value set: [${FILTERS.join(', ')}]`)
  })
  return (filter) => wanted.length === 0 || wanted.includes(filter)
}

function isUser(identity: User | Group | Role | ManagedPolicy): identity is User {
  return identity.kind === 'user'
}

function isGroup(identity: User | Group | Role | ManagedPolicy): identity is Group {
  return identity.kind === 'group'
}

function isRole(identity: User | Group | Role | ManagedPolicy): identity is Role {
  return identity.kind === 'role'
}

function isPolicy(identity: User | Group | Role | ManagedPolicy): identity is ManagedPolicy {
  return identity.kind === 'policy'
}
