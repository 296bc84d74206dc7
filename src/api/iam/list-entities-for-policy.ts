import type { Group, IdentityFilter, Role, User } from '../../ports/metadata/identity.ts'
import type { PermittedKind } from '../../services/iam/get-identity.ts'
import { getManagedPolicy } from '../../services/iam/get-managed-policy.ts'
import { type ListedKind, listInKinds } from '../../services/iam/list-in-kinds.ts'
import { defineIamAction } from '../query/define-action.ts'
import type { Inputs } from '../query/inputs.ts'
import { pageOf, parsePage, parsePathPrefix } from './parameters.ts'
import { parsePolicyArnInput } from './policy-inputs.ts'
import { policyResource } from './resources.ts'

/** Each is read with all of its policies. */
const LARGEST_PAGE = 100

const FILTERS = ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'] as const

/** Whom a policy is attached to and whom it bounds, whether the policy is the account's own or one that all have. */
export const listEntitiesForPolicy = defineIamAction('ListEntitiesForPolicy', {
  changes: false,
  parse: (inputs) => {
    const arn = parsePolicyArnInput(inputs)
    return {
      arn,
      kinds: parseKinds(inputs, arn),
      pathPrefix: parsePathPrefix(inputs),
      page: parsePage(inputs, LARGEST_PAGE),
    }
  },
  resource: (call, { arn }) => policyResource(call, arn),
  handle: async ({ services, caller }, { arn, kinds, pathPrefix, page }) => {
    const { accountId } = caller.principal
    await getManagedPolicy(services.metadata, accountId, arn)
    const asked = { after: page.after, limit: page.limit + 1, pathPrefix }
    const found = await listInKinds(services.metadata, accountId, kinds, asked)
    const { items, ...marks } = pageOf(found, page, ({ key }) => key)
    const identities = items.map(({ identity }) => identity)
    return {
      PolicyGroups: identities.filter(isGroup).map(({ name, id }) => ({ GroupName: name, GroupId: id })),
      PolicyUsers: identities.filter(isUser).map(({ name, id }) => ({ UserName: name, UserId: id })),
      PolicyRoles: identities.filter(isRole).map(({ name, id }) => ({ RoleName: name, RoleId: id })),
      ...marks,
    }
  },
})

function parseKinds(inputs: Inputs, arn: string): ListedKind<PermittedKind>[] {
  const only = inputs.choice('EntityFilter', FILTERS)
  const usage = inputs.choice('PolicyUsageFilter', ['PermissionsPolicy', 'PermissionsBoundary'])
  const kinds: ListedKind<PermittedKind>[] = []
  const add = (kind: PermittedKind, noun: (typeof FILTERS)[number], filter: IdentityFilter) => {
    if (only === undefined || only === noun) kinds.push({ kind, filter })
  }
  for (const filter of filtersOf(arn, usage)) {
    if (filter.attachedPolicy !== undefined) add('group', 'Group', filter)
    add('user', 'User', filter)
    add('role', 'Role', filter)
  }
  return kinds
}

function filtersOf(arn: string, usage: 'PermissionsPolicy' | 'PermissionsBoundary' | undefined): IdentityFilter[] {
  const attached = usage === 'PermissionsBoundary' ? [] : [{ attachedPolicy: arn }]
  const boundary = usage === 'PermissionsPolicy' ? [] : [{ boundaryArn: arn }]
  return [...attached, ...boundary]
}

function isGroup(identity: User | Group | Role): identity is Group {
  return identity.kind === 'group'
}

function isUser(identity: User | Group | Role): identity is User {
  return identity.kind === 'user'
}

function isRole(identity: User | Group | Role): identity is Role {
  return identity.kind === 'role'
}
