import * as z from 'zod'
import { getPlan, planUnknown } from '../../services/plans/get-plan.ts'
import { defineOperation } from './define-operation.ts'
import { ladingArn } from './fields.ts'
import { planIdField, planView, viewPlan } from './plan-view.ts'

/** `GET /api/v1/plans/{planId}` */
export const findPlan = defineOperation('FindPlan', {
  method: 'get',
  path: '/plans/{planId}',
  summary: 'Finds a plan of any repository by its id alone.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ planId: planIdField }),
  output: planView,
  resource: (registry, { parameters }) => ladingArn(registry, `plan/${parameters.planId}`),
  handle: async ({ services: { metadata }, caller }, { parameters: { planId } }) => {
    const plan = await getPlan(metadata, planId)
    if (plan.registryId !== caller.registry.id) throw planUnknown(planId)
    return viewPlan(plan)
  },
})
