import * as z from 'zod'
import { costsOfAccount } from '../../services/costs/scope-costs.ts'
import { asOfField, costsView, repositoryCostsView, viewCosts } from './cost-view.ts'
import { defineOperation } from './define-operation.ts'
import { toTime } from './fields.ts'

/** `GET /api/v1/costs` */
export const getAccountCosts = defineOperation('GetAccountCosts', {
  method: 'get',
  path: '/costs',
  summary: "Says the same of the caller's account. A minute old at most.",
  decidedIn: "caller's account",
  output: z.strictObject({
    accountId: z.string(),
    asOf: asOfField,
    ...costsView.shape,
    largest: z.array(repositoryCostsView),
  }),
  resource: () => '*',
  handle: async ({ services, caller, signal }) => {
    const { figures, largest, atMs } = await costsOfAccount(services, caller.registry, signal)
    return {
      accountId: caller.registry.accountId,
      asOf: toTime(atMs),
      ...viewCosts(figures),
      largest: largest.map(({ name, figures }) => ({ repositoryName: name, ...viewCosts(figures) })),
    }
  },
})
