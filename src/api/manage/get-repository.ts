import * as z from 'zod'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { getRepository as get } from '../../services/get-repository.ts'
import { defineOperation } from './define-operation.ts'
import { repositoryNameField } from './fields.ts'
import { repositoryDetails, viewDetails } from './repository-view.ts'

/** `GET /api/v1/repositories/{name}` */
export const getRepository = defineOperation('GetRepository', {
  method: 'get',
  path: '/repositories/{name}',
  summary: 'Shows a repository with its resource tags; GetEffectiveSettings has what is in force for it.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: repositoryNameField }),
  output: repositoryDetails,
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller }, { parameters: { name } }) => {
    const repository = await get(services, caller, parseRepositoryName(name))
    return viewDetails(caller.registry, repository, await services.metadata.listResourceTags(repository.id))
  },
})
