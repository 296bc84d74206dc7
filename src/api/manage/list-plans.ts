import * as z from 'zod'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { getRepository } from '../../services/get-repository.ts'
import { defineOperation } from './define-operation.ts'
import { pageQuery, repositoryNameField } from './fields.ts'
import { planView, viewPlan } from './plan-view.ts'

/** `GET /api/v1/repositories/{name}/plans` */
export const listPlans = defineOperation('ListPlans', {
  method: 'get',
  path: '/repositories/{name}/plans',
  summary: 'Lists the plans of a repository, the newest first.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: repositoryNameField }),
  query: pageQuery,
  output: z.strictObject({ plans: z.array(planView), next: z.string().optional() }),
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller }, { parameters: { name }, query: { after, limit } }) => {
    const repository = await getRepository(services, caller, parseRepositoryName(name))
    const last = after === undefined ? undefined : await services.metadata.findPlan(after)
    const begin = last?.repositoryId === repository.id ? last : undefined
    const plans = await services.metadata.listPlans(repository.id, { after: begin, limit })
    const next = plans.length < limit ? undefined : plans.at(-1)?.id
    return { plans: plans.map(viewPlan), ...(next !== undefined && { next }) }
  },
})
