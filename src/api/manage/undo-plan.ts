import { undoPlan as undo } from '../../services/plans/undo-plan.ts'
import { defineOperation } from './define-operation.ts'
import { getPlanOf, planParameters, planView, viewPlan } from './plan-view.ts'

/** `POST /api/v1/repositories/{name}/plans/{planId}/undo` */
export const undoPlan = defineOperation('UndoPlan', {
  method: 'post',
  path: '/repositories/{name}/plans/{planId}/undo',
  summary: 'Brings back what a plan did away with, tags included. It goes on after the answer.',
  decidedIn: "caller's account",
  parameters: planParameters,
  output: planView,
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller }, { parameters }) => {
    await getPlanOf(services.metadata, caller, parameters)
    const actor = { principal: caller.principal.arn, requestId: caller.requestId }
    return viewPlan(await undo(services, parameters.planId, actor))
  },
})
