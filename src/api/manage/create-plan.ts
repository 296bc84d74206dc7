import * as z from 'zod'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { getRepository } from '../../services/get-repository.ts'
import { startPreview } from '../../services/lifecycle/preview-policy.ts'
import { defineOperation } from './define-operation.ts'
import { repositoryNameField } from './fields.ts'
import { lifecyclePolicyField, parsePolicyField } from './lifecycle-fields.ts'
import { planView, viewPlan } from './plan-view.ts'

/** `POST /api/v1/repositories/{name}/plans` */
export const createPlan = defineOperation('CreatePlan', {
  method: 'post',
  path: '/repositories/{name}/plans',
  summary: 'Begins to make a plan of what a lifecycle policy would do. It changes nothing until it is applied.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: repositoryNameField }),
  body: z.strictObject({ policy: lifecyclePolicyField.optional().describe('Without one, that which is in force.') }),
  output: planView,
  status: 201,
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller }, { parameters: { name }, body: { policy } }) => {
    const repository = await getRepository(services, caller, parseRepositoryName(name))
    const text = policy && parsePolicyField(policy).text
    return viewPlan(await startPreview(services, caller, repository, text))
  },
})
