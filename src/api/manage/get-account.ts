import * as z from 'zod'
import { accountArn } from '../../services/accounts/account-arn.ts'
import { getAccount as get } from '../../services/accounts/get-account.ts'
import { accountView, viewAccount } from './account-view.ts'
import { defineOperation } from './define-operation.ts'
import { accountIdField } from './fields.ts'

/** `GET /manage/v1/accounts/{accountId}` */
export const getAccount = defineOperation('GetAccount', {
  method: 'get',
  path: '/accounts/{accountId}',
  summary: 'Shows an account.',
  decidedIn: 'default account',
  parameters: z.strictObject({ accountId: accountIdField }),
  output: accountView,
  resource: (registry, { parameters }) => accountArn(registry, parameters.accountId),
  handle: async ({ services }, { parameters }) => viewAccount(await get(services.metadata, parameters.accountId)),
})
