import { userArn } from '../../core/principal.ts'
import type { AccessKeyRecord } from '../../ports/metadata/identity.ts'
import {
  createAccessKey as create,
  getAccessKeyLastUsed as getLastUsed,
  type OwnedKey,
  deleteAccessKey as remove,
  updateAccessKey as update,
} from '../../services/iam/access-keys.ts'
import { getKeyOwner } from '../../services/iam/key-owner.ts'
import { defineIamAction, type QueryCall, type Resource } from '../query/define-action.ts'
import type { Inputs, TextBounds } from '../query/inputs.ts'
import { pageOf, parseName, parsePage } from './parameters.ts'
import { userResource } from './user-resource.ts'

const KEY_ID: TextBounds = { min: 16, max: 128, pattern: /^\w+$/, patternShown: '[\\w]+' }

/** `CreateAccessKey`; without a name, for whoever calls. Nothing shows the secret again. */
export const createAccessKey = defineIamAction('CreateAccessKey', {
  changes: true,
  parse: (inputs) => parseName(inputs, 'UserName'),
  resource: userResource,
  handle: async ({ services, caller }, name) => {
    const { secret, ...owned } = await create(services, caller, name)
    const { Status, ...view } = keyView(owned)
    return { AccessKey: { ...view, Status, SecretAccessKey: secret } }
  },
})

/** `ListAccessKeys`; without a name, of whoever calls. */
export const listAccessKeys = defineIamAction('ListAccessKeys', {
  changes: false,
  parse: (inputs) => ({ userName: parseName(inputs, 'UserName'), page: parsePage(inputs) }),
  resource: (call, { userName }) => userResource(call, userName),
  handle: async ({ services, caller }, { userName, page }) => {
    const { accountId } = caller.principal
    const owner = await getKeyOwner(services.metadata, caller, userName)
    const asked = { after: page.after, limit: page.limit + 1 }
    const found = await services.metadata.listIdentities(accountId, 'access-key', asked, { ownerId: owner.id })
    const { items, ...more } = pageOf(found, page, ({ id }) => id)
    return { AccessKeyMetadata: items.map((key) => keyView({ key, userName: owner.user?.name })), ...more }
  },
})

/** `UpdateAccessKey`. */
export const updateAccessKey = defineIamAction('UpdateAccessKey', {
  changes: true,
  parse: (inputs) => ({
    ...parseNamedKey(inputs),
    state: STATES[inputs.required('Status', inputs.choice('Status', ['Active', 'Inactive'] as const))],
  }),
  resource: (call, { userName }) => userResource(call, userName),
  handle: async ({ services, caller }, given) => {
    await update(services, caller, given)
    return undefined
  },
})

const STATES = { Active: 'active', Inactive: 'inactive' } as const satisfies Record<string, AccessKeyRecord['state']>

/** `DeleteAccessKey`. */
export const deleteAccessKey = defineIamAction('DeleteAccessKey', {
  changes: true,
  parse: parseNamedKey,
  resource: (call, { userName }) => userResource(call, userName),
  handle: async ({ services, caller }, named) => {
    await remove(services, caller, named)
    return undefined
  },
})

/** `GetAccessKeyLastUsed`. Uses are noted now and then, so the last one may not be in it yet. */
export const getAccessKeyLastUsed = defineIamAction('GetAccessKeyLastUsed', {
  changes: false,
  parse: (inputs) => inputs.requiredText('AccessKeyId', KEY_ID),
  resource: keyResource,
  handle: async ({ services, caller }, accessKeyId) => {
    const { userName, use } = await getLastUsed(services, caller.principal.accountId, accessKeyId)
    return {
      UserName: userName,
      AccessKeyLastUsed: {
        LastUsedDate: use && new Date(use.atMs),
        ServiceName: use?.service ?? 'N/A',
        Region: use?.region ?? 'N/A',
      },
    }
  },
})

/** The user whose key it is; any user for one that is nobody's of this account. */
async function keyResource({ services, caller }: QueryCall, accessKeyId: string): Promise<Resource> {
  const { accountId } = caller.principal
  const named = userArn(accountId, '/', '*')
  const key = await services.metadata.findIdentityById('access-key', accessKeyId)
  const owner = key && (await services.metadata.findIdentityById('user', key.identity.ownerId))
  if (owner?.accountId !== accountId) return { arn: named, named }
  const { path, name, tags } = owner.identity
  return { arn: userArn(accountId, path, name), named, tags }
}

function parseNamedKey(inputs: Inputs<'UserName' | 'AccessKeyId'>) {
  return { userName: parseName(inputs, 'UserName'), accessKeyId: inputs.requiredText('AccessKeyId', KEY_ID) }
}

function keyView({ key, userName }: OwnedKey) {
  return {
    UserName: userName,
    AccessKeyId: key.id,
    Status: key.state === 'active' ? ('Active' as const) : ('Inactive' as const),
    CreateDate: new Date(key.createdAtMs),
  }
}
