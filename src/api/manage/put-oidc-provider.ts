import * as z from 'zod'
import { checkIssuerUrl } from '../../core/iam/oidc-provider-url.ts'
import { TAG_KEY } from '../../core/iam/tag-text.ts'
import { parseUploadedKeys } from '../../core/oidc/key-set.ts'
import { putOidcProvider as put } from '../../services/iam/put-oidc-provider.ts'
import { defineOperation } from './define-operation.ts'
import { providerNameField } from './fields.ts'
import { providerArn, providerView, viewProvider } from './oidc-provider-view.ts'

const tagKeyField = z
  .string()
  .max(TAG_KEY.max)
  .regex(TAG_KEY.pattern, 'must be 1 to 128 letters, digits, spaces or _.:/=+-@')
  .refine((key) => !key.toLowerCase().startsWith('aws:'), 'must not begin with aws:')

const body = z.strictObject({
  issuer: z
    .string()
    .max(255)
    .describe('As tokens have it in `iss`; an https URL without a query. That of a provider stays.'),
  clientIds: z.array(z.string().min(1).max(255)).min(1).max(100).describe('Whom tokens may be for: their `aud`.'),
  keys: z
    .array(z.record(z.string(), z.unknown()))
    .min(1)
    .max(20)
    .optional()
    .describe('Public keys as RFC 7517 has them; without them they are fetched from the issuer.'),
  kubernetesCluster: z
    .string()
    .regex(/^[A-Za-z0-9][\w-]{0,99}$/, 'must be 1 to 100 letters, digits, - or _')
    .optional()
    .describe('Tokens are of service accounts of the cluster with this name.'),
  claimTags: z
    .array(z.strictObject({ tagKey: tagKeyField, claim: z.string().min(1).max(255) }))
    .max(50)
    .default([])
    .describe('Session tags made of claims.'),
})

/** `PUT /api/v1/oidc-providers/{name}` */
export const putOidcProvider = defineOperation('PutOidcProvider', {
  method: 'put',
  path: '/oidc-providers/{name}',
  summary: 'Makes an identity provider, or replaces all that is said of it.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: providerNameField }),
  body,
  output: providerView,
  resource: (registry, { parameters }) => providerArn(registry, parameters.name),
  handle: async ({ services, caller }, { parameters: { name }, body: { keys, kubernetesCluster, ...terms } }) => {
    const resource = providerArn(caller.registry, name)
    checkIssuerUrl(terms.issuer)
    const uploaded = keys === undefined ? undefined : parseUploadedKeys(JSON.stringify(keys))
    const provider = { ...terms, name, keys: uploaded, kubernetesCluster }
    return viewProvider(caller.registry.accountId, await put(services, caller, { terms: provider, resource }))
  },
})
