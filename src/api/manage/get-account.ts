import * as z from 'zod'
import { accountArn } from '../../services/accounts/account-arn.ts'
import { getAccount as get } from '../../services/accounts/get-account.ts'
import { listRootKeys } from '../../services/accounts/root-keys.ts'
import { accountDetails, viewAccountDetails } from './account-view.ts'
import { defineOperation } from './define-operation.ts'
import { accountIdField } from './fields.ts'

/** `GET /api/v1/accounts/{accountId}` */
export const getAccount = defineOperation('GetAccount', {
  method: 'get',
  path: '/accounts/{accountId}',
  summary: 'Shows an account, and which root keys it has.',
  decidedIn: 'default account',
  parameters: z.strictObject({ accountId: accountIdField }),
  output: accountDetails,
  resource: (registry, { parameters }) => accountArn(registry, parameters.accountId),
  handle: async ({ services: { metadata } }, { parameters: { accountId } }) =>
    viewAccountDetails(await get(metadata, accountId), await listRootKeys(metadata, accountId)),
})
