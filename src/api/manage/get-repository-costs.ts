import * as z from 'zod'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { costsOfRepository } from '../../services/costs/repository-costs.ts'
import { getRepository } from '../../services/get-repository.ts'
import { repositoryCostsView, viewCosts } from './cost-view.ts'
import { defineOperation } from './define-operation.ts'
import { repositoryNameField } from './fields.ts'

/** `GET /api/v1/repositories/{name}/costs` */
export const getRepositoryCosts = defineOperation('GetRepositoryCosts', {
  method: 'get',
  path: '/repositories/{name}/costs',
  summary: 'Says how many bytes a repository holds, alone and with others, and what its part of them is.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: repositoryNameField }),
  output: repositoryCostsView,
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller, signal }, { parameters: { name } }) => {
    const repository = await getRepository(services, caller, parseRepositoryName(name))
    return { repositoryName: name, ...viewCosts(await costsOfRepository(services.metadata, repository, signal)) }
  },
})
