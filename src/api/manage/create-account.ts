import * as z from 'zod'
import { accountArn } from '../../services/accounts/account-arn.ts'
import { createAccount as create } from '../../services/accounts/create-account.ts'
import { accountView, rootKeyView, viewAccount } from './account-view.ts'
import { defineOperation } from './define-operation.ts'
import { accountIdField, accountNameField } from './fields.ts'

/** `POST /api/v1/accounts`. An id that the server picks is not known beforehand, so it is asked about all accounts. */
export const createAccount = defineOperation('CreateAccount', {
  method: 'post',
  path: '/accounts',
  summary: 'Makes an account, its registry and a root key for it, whose secret is shown this once.',
  decidedIn: 'default account',
  body: z.strictObject({ accountId: accountIdField.optional(), name: accountNameField.default('') }),
  output: z.strictObject({ account: accountView, rootKey: rootKeyView }),
  status: 201,
  resource: (registry, { body }) => accountArn(registry, body.accountId ?? '*'),
  handle: async ({ services, caller }, { body: { accountId, name } }) => {
    const { account, rootKey } = await create(services, caller, { accountId, name })
    return { account: viewAccount(account), rootKey: { ...rootKey } }
  },
})
