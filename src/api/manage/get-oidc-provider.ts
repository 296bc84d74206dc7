import * as z from 'zod'
import { getOidcProvider as get } from '../../services/iam/get-oidc-provider.ts'
import { defineOperation } from './define-operation.ts'
import { providerNameField } from './fields.ts'
import { providerArn, providerView, viewProvider } from './oidc-provider-view.ts'

/** `GET /api/v1/oidc-providers/{name}` */
export const getOidcProvider = defineOperation('GetOidcProvider', {
  method: 'get',
  path: '/oidc-providers/{name}',
  summary: 'Shows an identity provider and its uploaded keys.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: providerNameField }),
  output: providerView,
  resource: (registry, { parameters }) => providerArn(registry, parameters.name),
  handle: async ({ services, caller }, { parameters }) => {
    const { accountId } = caller.registry
    return viewProvider(accountId, await get(services.metadata, accountId, parameters.name))
  },
})
