import * as z from 'zod'
import { accountArn } from '../../services/accounts/account-arn.ts'
import { accountView, viewAccount } from './account-view.ts'
import { defineOperation } from './define-operation.ts'
import { pageQuery } from './fields.ts'

/** `GET /api/v1/accounts` */
export const listAccounts = defineOperation('ListAccounts', {
  method: 'get',
  path: '/accounts',
  summary: 'Lists accounts by their ids.',
  decidedIn: 'default account',
  query: pageQuery,
  output: z.strictObject({ accounts: z.array(accountView), next: z.string().optional() }),
  resource: (registry) => accountArn(registry, '*'),
  handle: async ({ services }, { query: { after, limit } }) => {
    const accounts = await services.metadata.listAccounts({ after, limit })
    const next = accounts.length < limit ? undefined : accounts.at(-1)?.accountId
    return { accounts: accounts.map(viewAccount), ...(next !== undefined && { next }) }
  },
})
