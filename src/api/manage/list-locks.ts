import * as z from 'zod'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { getRepository } from '../../services/get-repository.ts'
import { defineOperation } from './define-operation.ts'
import { imageReferenceField, pageQuery, repositoryNameField } from './fields.ts'
import { lockView, toLockTarget, viewLock } from './lock-view.ts'

/** `GET /api/v1/repositories/{name}/locks` */
export const listLocks = defineOperation('ListLocks', {
  method: 'get',
  path: '/repositories/{name}/locks',
  summary: 'Lists what is locked in a repository: images by their digests, then tags.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: repositoryNameField }),
  query: pageQuery.extend({ after: imageReferenceField.optional().describe('What `next` of the page before said.') }),
  output: z.strictObject({ locks: z.array(lockView), next: z.string().optional() }),
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller }, { parameters: { name }, query: { after, limit } }) => {
    const repository = await getRepository(services, caller, parseRepositoryName(name))
    const begin = after === undefined ? undefined : toLockTarget(after)
    const locks = await services.metadata.listImageLocks(repository.id, { after: begin, limit })
    const next = locks.length < limit ? undefined : locks.at(-1)?.name
    return { locks: locks.map(viewLock), ...(next !== undefined && { next }) }
  },
})
