import * as z from 'zod'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { parseTag } from '../../core/tag.ts'
import { getRepository } from '../../services/get-repository.ts'
import { BuildLinksReader } from '../../services/tags/build-links-reader.ts'
import { defineOperation } from './define-operation.ts'
import { repositoryNameField, tagField } from './fields.ts'
import { tagPeriodView, viewTagPeriod } from './tag-period-view.ts'

/** `GET /api/v1/repositories/{name}/tags/{tag}/history` */
export const getTagHistory = defineOperation('GetTagHistory', {
  method: 'get',
  path: '/repositories/{name}/tags/{tag}/history',
  summary: 'Says where a tag has pointed, since when, by whom and why, the latest first.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: repositoryNameField, tag: tagField }),
  query: z.strictObject({
    after: z.coerce.number().int().min(1).optional().describe('What `next` of the page before said.'),
    limit: z.coerce.number().int().min(1).max(1000).default(100),
  }),
  output: z.strictObject({ periods: z.array(tagPeriodView), next: z.int().optional() }),
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller }, { parameters: { name, tag }, query: { after, limit } }) => {
    const repository = await getRepository(services, caller, parseRepositoryName(name))
    const periods = await services.metadata.listTagPeriods(repository.id, parseTag(tag), { after, limit })
    const next = periods.length < limit ? undefined : periods.at(-1)?.id
    const digests = periods.map(({ digest }) => digest)
    const links = await new BuildLinksReader(services).read(repository, digests)
    return { periods: periods.map((period) => viewTagPeriod(period, links)), ...(next !== undefined && { next }) }
  },
})
