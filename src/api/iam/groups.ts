import { groupArn } from '../../core/iam/identity-arn.ts'
import { getIdentity } from '../../services/iam/get-identity.ts'
import {
  addUserToGroup as add,
  createGroup as create,
  listGroupsForUser as groupsOf,
  deleteGroup as remove,
  removeUserFromGroup as takeOut,
  updateGroup as update,
} from '../../services/iam/groups.ts'
import { defineIamAction } from '../query/define-action.ts'
import type { Inputs } from '../query/inputs.ts'
import { pageOf, pageOfAll, parseName, parsePage, parsePath, parsePathPrefix, parseRequiredName } from './parameters.ts'
import { identityResource } from './resources.ts'
import { groupView, listedUserView } from './user-view.ts'

/** `CreateGroup`. */
export const createGroup = defineIamAction('CreateGroup', {
  changes: true,
  parse: (inputs) => ({ name: parseRequiredName(inputs, 'GroupName'), path: parsePath(inputs, 'Path') ?? '/' }),
  resource: ({ caller }, { path, name }) => groupArn(caller.principal.accountId, path, name),
  handle: async ({ services, caller }, given) => ({
    Group: groupView(caller.principal.accountId, await create(services, caller, given)),
  }),
})

/** `GetGroup`, with the users in it. */
export const getGroup = defineIamAction('GetGroup', {
  changes: false,
  parse: (inputs) => ({ name: parseRequiredName(inputs, 'GroupName'), page: parsePage(inputs) }),
  resource: (call, { name }) => identityResource(call, 'group', name),
  handle: async ({ services: { metadata }, caller }, { name, page }) => {
    const { accountId } = caller.principal
    const group = await getIdentity(metadata, accountId, { kind: 'group', name })
    const asked = { after: page.after, limit: page.limit + 1 }
    const found = await metadata.listIdentities(accountId, 'user', asked, { groupId: group.id })
    const { items, ...more } = pageOf(found, page, (user) => user.name)
    return { Group: groupView(accountId, group), Users: items.map((user) => listedUserView(accountId, user)), ...more }
  },
})

/** `ListGroups`. */
export const listGroups = defineIamAction('ListGroups', {
  changes: false,
  parse: (inputs) => ({ pathPrefix: parsePathPrefix(inputs), page: parsePage(inputs) }),
  resource: ({ caller }, { pathPrefix }) => groupArn(caller.principal.accountId, pathPrefix, ''),
  handle: async ({ services, caller }, { pathPrefix, page }) => {
    const { accountId } = caller.principal
    const asked = { after: page.after, limit: page.limit + 1, pathPrefix }
    const found = await services.metadata.listIdentities(accountId, 'group', asked)
    const { items, ...more } = pageOf(found, page, ({ name }) => name)
    return { Groups: items.map((group) => groupView(accountId, group)), ...more }
  },
})

/** `ListGroupsForUser`. */
export const listGroupsForUser = defineIamAction('ListGroupsForUser', {
  changes: false,
  parse: (inputs) => ({ userName: parseRequiredName(inputs, 'UserName'), page: parsePage(inputs) }),
  resource: (call, { userName }) => identityResource(call, 'user', userName),
  handle: async ({ services, caller }, { userName, page }) => {
    const { accountId } = caller.principal
    const groups = await groupsOf(services, accountId, userName)
    const { items, ...more } = pageOfAll(groups, page, ({ name }) => name)
    return { Groups: items.map((group) => groupView(accountId, group)), ...more }
  },
})

/** `UpdateGroup`, which takes permission on what the group is and on what it becomes. */
export const updateGroup = defineIamAction('UpdateGroup', {
  changes: true,
  parse: (inputs) => {
    const newName = parseName(inputs, 'NewGroupName')
    const newPath = parsePath(inputs, 'NewPath')
    return {
      name: parseRequiredName(inputs, 'GroupName'),
      to: {
        ...(newName === undefined ? {} : { name: newName }),
        ...(newPath === undefined ? {} : { path: newPath }),
      },
    }
  },
  resource: async (call, { name, to }) => {
    const { accountId } = call.caller.principal
    const found = await call.services.metadata.findIdentity(accountId, 'group', name)
    // The name that stays is the group's own: the caller may have it in other letters.
    const become = { path: found?.path ?? '/', name: found?.name ?? name, ...to }
    // What a stranger is told has no path and no letter that nobody gave.
    const named = groupArn(accountId, to.path ?? '/', to.name ?? name)
    return [await identityResource(call, 'group', name), { arn: groupArn(accountId, become.path, become.name), named }]
  },
  handle: async ({ services, caller }, given) => {
    await update(services, caller, given)
    return undefined
  },
})

/** `DeleteGroup`. */
export const deleteGroup = defineIamAction('DeleteGroup', {
  changes: true,
  parse: (inputs) => parseRequiredName(inputs, 'GroupName'),
  resource: (call, name) => identityResource(call, 'group', name),
  handle: async ({ services, caller }, name) => {
    await remove(services, caller, name)
    return undefined
  },
})

function parseMembership(inputs: Inputs<'GroupName' | 'UserName'>) {
  return { groupName: parseRequiredName(inputs, 'GroupName'), userName: parseRequiredName(inputs, 'UserName') }
}

/** `AddUserToGroup`: the permission is one on the group. */
export const addUserToGroup = defineIamAction('AddUserToGroup', {
  changes: true,
  parse: parseMembership,
  resource: (call, { groupName }) => identityResource(call, 'group', groupName),
  handle: async ({ services, caller }, given) => {
    await add(services, caller, given)
    return undefined
  },
})

/** `RemoveUserFromGroup`. */
export const removeUserFromGroup = defineIamAction('RemoveUserFromGroup', {
  changes: true,
  parse: parseMembership,
  resource: (call, { groupName }) => identityResource(call, 'group', groupName),
  handle: async ({ services, caller }, given) => {
    await takeOut(services, caller, given)
    return undefined
  },
})
