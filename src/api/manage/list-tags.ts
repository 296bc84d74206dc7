import * as z from 'zod'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { getRepository } from '../../services/get-repository.ts'
import { BuildLinksReader } from '../../services/tags/build-links-reader.ts'
import { defineOperation } from './define-operation.ts'
import { instantField, pageQuery, repositoryNameField } from './fields.ts'
import { tagAtView, viewTagAt } from './tag-period-view.ts'

/** `GET /api/v1/repositories/{name}/tags` */
export const listTags = defineOperation('ListTags', {
  method: 'get',
  path: '/repositories/{name}/tags',
  summary: 'Lists where all tags of a repository point, or pointed at an instant.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: repositoryNameField }),
  query: pageQuery.extend({ at: instantField.optional().describe('Without it, now.') }),
  output: z.strictObject({ tags: z.array(tagAtView), next: z.string().optional() }),
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller }, { parameters: { name }, query: { at, after, limit } }) => {
    const repository = await getRepository(services, caller, parseRepositoryName(name))
    const atMs = at ?? services.clock.nowMs()
    const tags = await services.metadata.listTagsAt(repository.id, atMs, { after, limit })
    const next = tags.length < limit ? undefined : tags.at(-1)?.tag
    const digests = tags.map(({ digest }) => digest)
    const links = await new BuildLinksReader(services).read(repository, digests)
    return { tags: tags.map((tag) => viewTagAt(tag, links)), ...(next !== undefined && { next }) }
  },
})
