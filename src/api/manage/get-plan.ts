import * as z from 'zod'
import { defineOperation } from './define-operation.ts'
import { getPlanOf, planParameters, planView, viewPlan } from './plan-view.ts'

/** `GET /api/v1/repositories/{name}/plans/{planId}` */
export const getPlan = defineOperation('GetPlan', {
  method: 'get',
  path: '/repositories/{name}/plans/{planId}',
  summary: 'Shows a plan, and how far it has come.',
  decidedIn: "caller's account",
  parameters: planParameters,
  output: planView.extend({
    progress: z.strictObject({ planned: z.int(), done: z.int(), failed: z.int(), undone: z.int() }),
  }),
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services: { metadata }, caller }, { parameters }) => {
    const plan = await getPlanOf(metadata, caller, parameters)
    return { ...viewPlan(plan), progress: { ...(await metadata.countPlanItems(plan.id)) } }
  },
})
