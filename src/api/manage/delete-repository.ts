import * as z from 'zod'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { getRepository } from '../../services/get-repository.ts'
import { deleteRepository as remove } from '../../services/repositories/delete-repository.ts'
import { defineOperation } from './define-operation.ts'
import { repositoryNameField, timeField, toTime } from './fields.ts'

/** `DELETE /api/v1/repositories/{name}` */
export const deleteRepository = defineOperation('DeleteRepository', {
  action: 'ecr:DeleteRepository',
  method: 'delete',
  path: '/repositories/{name}',
  summary: 'Deletes a repository, and says by which plan and until when it can be brought back.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: repositoryNameField }),
  query: z.strictObject({ force: z.stringbool().default(false).describe('Whether also one that holds images.') }),
  output: z.strictObject({ planId: z.string(), undoUntil: timeField }),
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller }, { parameters: { name }, query: { force } }) => {
    const repository = await getRepository(services, caller, parseRepositoryName(name))
    const { planId, undoUntilMs } = await remove(services, caller, repository, { force })
    return { planId, undoUntil: toTime(undoUntilMs) }
  },
})
