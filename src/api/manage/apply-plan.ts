import { applyPlan as apply } from '../../services/lifecycle/apply-plan.ts'
import { defineOperation } from './define-operation.ts'
import { getPlanOf, planParameters, planView, viewPlan } from './plan-view.ts'

/** `POST /api/v1/repositories/{name}/plans/{planId}/apply` */
export const applyPlan = defineOperation('ApplyPlan', {
  method: 'post',
  path: '/repositories/{name}/plans/{planId}/apply',
  summary: 'Applies a plan, unless the repository has changed in a way that matters. It goes on after the answer.',
  decidedIn: "caller's account",
  parameters: planParameters,
  output: planView,
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller }, { parameters }) => {
    await getPlanOf(services.metadata, caller, parameters)
    const actor = { principal: caller.principal.arn, requestId: caller.requestId }
    return viewPlan(await apply(services, parameters.planId, actor))
  },
})
