import { requestTagKeys } from '../../core/policy/request-tag-keys.ts'
import { rootArn, userArn } from '../../core/principal.ts'
import { getIdentity } from '../../services/iam/get-identity.ts'
import { getKeyOwner } from '../../services/iam/key-owner.ts'
import {
  createUser as create,
  deleteUser as remove,
  tagUser as tag,
  untagUser as untag,
  updateUser as update,
} from '../../services/iam/users.ts'
import { defineIamAction, type QueryCall } from '../query/define-action.ts'
import { tagViews } from './entity-views.ts'
import {
  LONGEST_PRINCIPAL_NAME,
  pageOf,
  pageOfAll,
  parseName,
  parsePage,
  parsePath,
  parsePathPrefix,
  parseRequiredName,
  parseTagKeys,
  parseTags,
} from './parameters.ts'
import { parseBoundaryInput } from './policy-inputs.ts'
import { identityResource } from './resources.ts'
import { userResource } from './user-resource.ts'
import { listedUserView, userView } from './user-view.ts'

/** `CreateUser`. */
export const createUser = defineIamAction('CreateUser', {
  changes: true,
  parse: (inputs) => ({
    name: parseRequiredName(inputs, 'UserName', LONGEST_PRINCIPAL_NAME),
    path: parsePath(inputs, 'Path') ?? '/',
    boundaryArn: parseBoundaryInput(inputs),
    tags: parseTags(inputs),
  }),
  // Who may make users may not give them tags by that alone (IAM user guide, "Tagging IAM users").
  needs: ({ tags }) => (tags.length > 0 ? ['iam:CreateUser', 'iam:TagUser'] : ['iam:CreateUser']),
  resource: ({ caller }, { path, name }) => userArn(caller.principal.accountId, path, name),
  keys: ({ boundaryArn, tags }) => ({
    ...requestTagKeys(tags),
    ...(boundaryArn === undefined ? {} : { 'iam:permissionsboundary': boundaryArn }),
  }),
  handle: async ({ services, caller }, given) => ({
    User: userView(caller.principal.accountId, await create(services, caller, given)),
  }),
})

/** `GetUser`; without a name, whoever calls. */
export const getUser = defineIamAction('GetUser', {
  changes: false,
  parse: (inputs) => parseName(inputs, 'UserName'),
  resource: userResource,
  handle: async (call, name) => {
    const { accountId } = call.caller.principal
    const { user } = await getKeyOwner(call.services.metadata, call.caller, name)
    return { User: user === undefined ? await rootView(call) : userView(accountId, user) }
  },
})

/** The root user has neither a name nor a path. */
async function rootView({ services, caller }: QueryCall) {
  const { accountId } = caller.principal
  const account = await services.metadata.findAccount(accountId)
  return {
    Path: undefined,
    UserName: undefined,
    UserId: accountId,
    Arn: rootArn(accountId),
    CreateDate: account && new Date(account.createdAtMs),
  }
}

/** `ListUsers`. */
export const listUsers = defineIamAction('ListUsers', {
  changes: false,
  parse: (inputs) => ({ pathPrefix: parsePathPrefix(inputs), page: parsePage(inputs) }),
  resource: ({ caller }, { pathPrefix }) => userArn(caller.principal.accountId, pathPrefix, ''),
  handle: async ({ services, caller }, { pathPrefix, page }) => {
    const { accountId } = caller.principal
    const asked = { after: page.after, limit: page.limit + 1, pathPrefix }
    const found = await services.metadata.listIdentities(accountId, 'user', asked)
    const { items, ...more } = pageOf(found, page, ({ name }) => name)
    return { Users: items.map((user) => listedUserView(accountId, user)), ...more }
  },
})

/** `UpdateUser`, which takes permission on what the user is and on what it becomes. */
export const updateUser = defineIamAction('UpdateUser', {
  changes: true,
  parse: (inputs) => {
    const newName = parseName(inputs, 'NewUserName', LONGEST_PRINCIPAL_NAME)
    const newPath = parsePath(inputs, 'NewPath')
    return {
      name: parseRequiredName(inputs, 'UserName'),
      to: {
        ...(newName === undefined ? {} : { name: newName }),
        ...(newPath === undefined ? {} : { path: newPath }),
      },
    }
  },
  resource: async (call, { name, to }) => {
    const { accountId } = call.caller.principal
    const found = await call.services.metadata.findIdentity(accountId, 'user', name)
    // The name that stays is the user's own: the caller may have it in other letters.
    const { path, ...become } = { path: found?.path ?? '/', name: found?.name ?? name, ...to }
    // What a stranger is told has no path and no letter that nobody gave.
    const named = userArn(accountId, to.path ?? '/', to.name ?? name)
    return [await identityResource(call, 'user', name), { arn: userArn(accountId, path, become.name), named }]
  },
  handle: async ({ services, caller }, given) => {
    await update(services, caller, given)
    return undefined
  },
})

/** `DeleteUser`. */
export const deleteUser = defineIamAction('DeleteUser', {
  changes: true,
  parse: (inputs) => parseRequiredName(inputs, 'UserName'),
  resource: (call, name) => identityResource(call, 'user', name),
  handle: async ({ services, caller }, name) => {
    await remove(services, caller, name)
    return undefined
  },
})

/** `TagUser`. */
export const tagUser = defineIamAction('TagUser', {
  changes: true,
  parse: (inputs) => ({
    name: parseRequiredName(inputs, 'UserName'),
    tags: inputs.required('Tags', parseTags(inputs)),
  }),
  resource: (call, { name }) => identityResource(call, 'user', name),
  keys: ({ tags }) => requestTagKeys(tags),
  handle: async ({ services, caller }, given) => {
    await tag(services, caller, given)
    return undefined
  },
})

/** `UntagUser`. */
export const untagUser = defineIamAction('UntagUser', {
  changes: true,
  parse: (inputs) => ({ name: parseRequiredName(inputs, 'UserName'), tagKeys: parseTagKeys(inputs) }),
  resource: (call, { name }) => identityResource(call, 'user', name),
  keys: ({ tagKeys }) => ({ 'aws:tagkeys': tagKeys }),
  handle: async ({ services, caller }, given) => {
    await untag(services, caller, given)
    return undefined
  },
})

/** `ListUserTags`. */
export const listUserTags = defineIamAction('ListUserTags', {
  changes: false,
  parse: (inputs) => ({ name: parseRequiredName(inputs, 'UserName'), page: parsePage(inputs) }),
  resource: (call, { name }) => identityResource(call, 'user', name),
  handle: async ({ services, caller }, { name, page }) => {
    const user = await getIdentity(services.metadata, caller.principal.accountId, { kind: 'user', name })
    const { items, ...more } = pageOfAll(user.tags, page, ({ key }) => key)
    return { Tags: tagViews({ tags: items }) ?? [], ...more }
  },
})
