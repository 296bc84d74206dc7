import * as z from 'zod'
import { deleteOidcProvider as remove } from '../../services/iam/delete-oidc-provider.ts'
import { defineOperation } from './define-operation.ts'
import { providerNameField } from './fields.ts'
import { providerArn } from './oidc-provider-view.ts'

/** `DELETE /api/v1/oidc-providers/{name}` */
export const deleteOidcProvider = defineOperation('DeleteOidcProvider', {
  method: 'delete',
  path: '/oidc-providers/{name}',
  summary: 'Deletes an identity provider; roles that trust it can no longer be assumed by its tokens.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: providerNameField }),
  resource: (registry, { parameters }) => providerArn(registry, parameters.name),
  handle: async ({ services, caller }, { parameters: { name } }) =>
    await remove(services, caller, { name, resource: providerArn(caller.registry, name) }),
})
