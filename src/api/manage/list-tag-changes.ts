import * as z from 'zod'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { getRepository } from '../../services/get-repository.ts'
import { tagChanges } from '../../services/tags/tag-changes.ts'
import { defineOperation } from './define-operation.ts'
import { repositoryNameField } from './fields.ts'
import { spanQuery, tagChangesView, toSpan, viewChanges } from './tag-changes-view.ts'

/** `GET /api/v1/repositories/{name}/changes` */
export const listTagChanges = defineOperation('ListTagChanges', {
  method: 'get',
  path: '/repositories/{name}/changes',
  summary: 'Lists the tags of a repository that were something else at the end of a span than at its beginning.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: repositoryNameField }),
  query: spanQuery,
  output: tagChangesView,
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller }, { parameters: { name }, query: { after, limit, ...span } }) => {
    const repository = await getRepository(services, caller, parseRepositoryName(name))
    const { changes, next } = await tagChanges(services.metadata, repository, toSpan(span), { after, limit })
    return { changes: await viewChanges(services, changes), ...(next !== undefined && { next }) }
  },
})
