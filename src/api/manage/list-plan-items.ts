import * as z from 'zod'
import { defineOperation } from './define-operation.ts'
import { getPlanOf, planItemView, planParameters, viewPlanItem } from './plan-view.ts'

/** `GET /api/v1/repositories/{name}/plans/{planId}/items` */
export const listPlanItems = defineOperation('ListPlanItems', {
  method: 'get',
  path: '/repositories/{name}/plans/{planId}/items',
  summary: 'Lists what a plan does, image by image, in the order in which it is done.',
  decidedIn: "caller's account",
  parameters: planParameters,
  query: z.strictObject({
    after: z.coerce.number().int().min(0).optional().describe('What `next` of the page before said.'),
    limit: z.coerce.number().int().min(1).max(1000).default(100),
  }),
  output: z.strictObject({ items: z.array(planItemView), next: z.int().optional() }),
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services: { metadata }, caller }, { parameters, query: { after, limit } }) => {
    const plan = await getPlanOf(metadata, caller, parameters)
    const items = await metadata.listPlanItems(plan.id, {}, { after, limit })
    const next = items.length < limit ? undefined : items.at(-1)?.position
    return { items: items.map(viewPlanItem), ...(next !== undefined && { next }) }
  },
})
