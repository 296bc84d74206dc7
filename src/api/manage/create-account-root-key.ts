import * as z from 'zod'
import { accountArn } from '../../services/accounts/account-arn.ts'
import { createRootKey } from '../../services/accounts/root-keys.ts'
import { rootKeyView } from './account-view.ts'
import { defineOperation } from './define-operation.ts'
import { accountIdField } from './fields.ts'

/** `POST /api/v1/accounts/{accountId}/root-keys` */
export const createAccountRootKey = defineOperation('CreateAccountRootKey', {
  method: 'post',
  path: '/accounts/{accountId}/root-keys',
  summary: 'Makes another root key for an account, whose secret is shown this once.',
  decidedIn: 'default account',
  parameters: z.strictObject({ accountId: accountIdField }),
  output: rootKeyView,
  status: 201,
  resource: (registry, { parameters }) => accountArn(registry, parameters.accountId),
  handle: async ({ services, caller }, { parameters }) => createRootKey(services, caller, parameters.accountId),
})
