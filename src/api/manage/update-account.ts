import * as z from 'zod'
import { accountArn } from '../../services/accounts/account-arn.ts'
import { updateAccount as update } from '../../services/accounts/update-account.ts'
import { accountView, viewAccount } from './account-view.ts'
import { defineOperation } from './define-operation.ts'
import { accountIdField, accountNameField } from './fields.ts'

/** `PATCH /api/v1/accounts/{accountId}` */
export const updateAccount = defineOperation('UpdateAccount', {
  method: 'patch',
  path: '/accounts/{accountId}',
  summary: 'Renames an account, disables it or enables it again.',
  decidedIn: 'default account',
  parameters: z.strictObject({ accountId: accountIdField }),
  body: z.strictObject({ name: accountNameField.optional(), state: z.enum(['enabled', 'disabled']).optional() }),
  output: accountView,
  resource: (registry, { parameters }) => accountArn(registry, parameters.accountId),
  handle: async ({ services, caller }, { parameters, body: { name, state } }) => {
    const change = { ...(name !== undefined && { name }), ...(state !== undefined && { state }) }
    return viewAccount(await update(services, caller, { accountId: parameters.accountId, change }))
  },
})
