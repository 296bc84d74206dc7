import { oidcProviderArn, parseOidcProviderArn } from '../../core/iam/oidc-provider-arn.ts'
import { checkIssuerUrl, nameOfIssuer, providerNameFor } from '../../core/iam/oidc-provider-url.ts'
import { requestTagKeys } from '../../core/policy/request-tag-keys.ts'
import { everyIdentity } from '../../services/iam/every-identity.ts'
import {
  addClientId,
  createProvider,
  deleteProvider,
  getProvider,
  removeClientId,
  setThumbprints,
} from '../../services/iam/oidc-providers.ts'
import { defineIamAction } from '../query/define-action.ts'
import type { Inputs } from '../query/inputs.ts'
import { tagViews } from './entity-views.ts'
import { parseArn, parseTags } from './parameters.ts'
import { providerResource } from './resources.ts'

const MOST_CLIENT_IDS = 100
const MOST_THUMBPRINTS = 5
const CLIENT_ID = { min: 1, max: 255 }

/** A tag `lading:name` gives the provider its name; without it, that is the URL, as in AWS. */
export const createOpenIDConnectProvider = defineIamAction('CreateOpenIDConnectProvider', {
  changes: true,
  parse: (inputs) => {
    const issuer = inputs.requiredText('Url', { min: 1, max: 255 })
    checkIssuerUrl(issuer)
    const tags = parseTags(inputs)
    return {
      issuer,
      name: providerNameFor(issuer, tags),
      clientIds: inputs.texts('ClientIDList', { min: 0, max: MOST_CLIENT_IDS }, CLIENT_ID) ?? [],
      thumbprints: parseThumbprints(inputs) ?? [],
      tags,
    }
  },
  resource: ({ caller }, { name }) => oidcProviderArn(caller.principal.accountId, name),
  keys: ({ tags }) => requestTagKeys(tags),
  handle: async ({ services, caller }, input) => {
    const { arn, provider } = await createProvider(services, caller, input)
    return { OpenIDConnectProviderArn: arn, Tags: tagViews(provider) }
  },
})

export const getOpenIDConnectProvider = defineIamAction('GetOpenIDConnectProvider', {
  changes: false,
  parse: parseProviderArnInput,
  resource: providerResource,
  handle: async ({ services, caller }, arn) => {
    const provider = await getProvider(services.metadata, caller.principal.accountId, arn)
    return {
      Url: nameOfIssuer(provider.issuer),
      ClientIDList: provider.clientIds,
      ThumbprintList: provider.thumbprints,
      CreateDate: new Date(provider.createdAtMs),
      Tags: tagViews(provider),
    }
  },
})

/** All of them, as AWS's list has no pages. */
export const listOpenIDConnectProviders = defineIamAction('ListOpenIDConnectProviders', {
  changes: false,
  parse: () => undefined,
  handle: async ({ services, caller }) => {
    const { accountId } = caller.principal
    const arns: { readonly Arn: string }[] = []
    for await (const { name } of everyIdentity(services.metadata, accountId, 'oidc-provider')) {
      arns.push({ Arn: oidcProviderArn(accountId, name) })
    }
    return { OpenIDConnectProviderList: arns }
  },
})

/** One that is not there is no error (IAM API reference). */
export const deleteOpenIDConnectProvider = defineIamAction('DeleteOpenIDConnectProvider', {
  changes: true,
  parse: parseProviderArnInput,
  resource: providerResource,
  handle: async ({ services, caller }, arn) => {
    await deleteProvider(services, caller, arn)
    return undefined
  },
})

/** Takes the place of the whole list. */
export const updateOpenIDConnectProviderThumbprint = defineIamAction('UpdateOpenIDConnectProviderThumbprint', {
  changes: true,
  parse: (inputs) => ({
    arn: parseProviderArnInput(inputs),
    thumbprints: inputs.required('ThumbprintList', parseThumbprints(inputs)),
  }),
  resource: (call, { arn }) => providerResource(call, arn),
  handle: async ({ services, caller }, input) => {
    await setThumbprints(services, caller, input)
    return undefined
  },
})

export const addClientIDToOpenIDConnectProvider = defineIamAction('AddClientIDToOpenIDConnectProvider', {
  changes: true,
  parse: parseClientId,
  resource: (call, { arn }) => providerResource(call, arn),
  handle: async ({ services, caller }, input) => {
    await addClientId(services, caller, input)
    return undefined
  },
})

export const removeClientIDFromOpenIDConnectProvider = defineIamAction('RemoveClientIDFromOpenIDConnectProvider', {
  changes: true,
  parse: parseClientId,
  resource: (call, { arn }) => providerResource(call, arn),
  handle: async ({ services, caller }, input) => {
    await removeClientId(services, caller, input)
    return undefined
  },
})

export function parseProviderArnInput(inputs: Inputs): string {
  const arn = inputs.required('OpenIDConnectProviderArn', parseArn(inputs, 'OpenIDConnectProviderArn'))
  parseOidcProviderArn(arn)
  return arn
}

function parseClientId(inputs: Inputs) {
  return { arn: parseProviderArnInput(inputs), clientId: inputs.requiredText('ClientID', CLIENT_ID) }
}

/** SHA-1 in hexadecimal digits, of certificates that AWS trusted before it had a list of its own. */
function parseThumbprints(inputs: Inputs): string[] | undefined {
  const each = { min: 40, max: 40, pattern: /^[0-9A-Fa-f]{40}$/, patternShown: '[0-9A-Fa-f]{40}' }
  return inputs.texts('ThumbprintList', { min: 0, max: MOST_THUMBPRINTS }, each)
}
