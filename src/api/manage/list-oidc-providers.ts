import * as z from 'zod'
import { defineOperation } from './define-operation.ts'
import { pageQuery } from './fields.ts'
import { providerArn, providerSummary, summarizeProvider } from './oidc-provider-view.ts'

/** `GET /api/v1/oidc-providers` */
export const listOidcProviders = defineOperation('ListOidcProviders', {
  method: 'get',
  path: '/oidc-providers',
  summary: 'Lists identity providers by their names.',
  decidedIn: "caller's account",
  query: pageQuery,
  output: z.strictObject({ oidcProviders: z.array(providerSummary), next: z.string().optional() }),
  resource: (registry) => providerArn(registry, '*'),
  handle: async ({ services, caller }, { query: { after, limit } }) => {
    const { accountId } = caller.registry
    const providers = await services.metadata.listIdentities(accountId, 'oidc-provider', { after, limit })
    const next = providers.length < limit ? undefined : providers.at(-1)?.name
    return {
      oidcProviders: providers.map((provider) => summarizeProvider(accountId, provider)),
      ...(next !== undefined && { next }),
    }
  },
})
