import * as z from 'zod'
import { accountArn } from '../../services/accounts/account-arn.ts'
import { deleteRootKey } from '../../services/accounts/root-keys.ts'
import { defineOperation } from './define-operation.ts'
import { accountIdField } from './fields.ts'

/** `DELETE /api/v1/accounts/{accountId}/root-keys/{accessKeyId}` */
export const deleteAccountRootKey = defineOperation('DeleteAccountRootKey', {
  method: 'delete',
  path: '/accounts/{accountId}/root-keys/{accessKeyId}',
  summary: 'Deletes a root key, with every token that was made with it.',
  decidedIn: 'default account',
  parameters: z.strictObject({
    accountId: accountIdField,
    accessKeyId: z.string().regex(/^\w{16,128}$/, 'must be 16 to 128 letters, digits or underscores'),
  }),
  resource: (registry, { parameters }) => accountArn(registry, parameters.accountId),
  handle: async ({ services, caller }, { parameters }) => await deleteRootKey(services, caller, parameters),
})
