import * as z from 'zod'
import { Refusal } from '../../core/refusal.ts'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { parseTag, type Tag } from '../../core/tag.ts'
import { getRepository } from '../../services/get-repository.ts'
import { manifestUnknown } from '../../services/pull-manifest.ts'
import { BuildLinksReader } from '../../services/tags/build-links-reader.ts'
import { defineOperation } from './define-operation.ts'
import { instantField, repositoryNameField, tagField } from './fields.ts'
import { tagAtView, viewTagAt } from './tag-period-view.ts'

/** `GET /api/v1/repositories/{name}/tags/{tag}` */
export const getTag = defineOperation('GetTag', {
  method: 'get',
  path: '/repositories/{name}/tags/{tag}',
  summary: 'Says where a tag points, or pointed at an instant.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: repositoryNameField, tag: tagField }),
  query: z.strictObject({ at: instantField.optional().describe('Without it, now.') }),
  output: tagAtView,
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller }, { parameters: { name, tag: text }, query: { at } }) => {
    const repository = await getRepository(services, caller, parseRepositoryName(name))
    const tag = parseTag(text)
    const period = await services.metadata.findTagAt(repository.id, tag, at ?? services.clock.nowMs())
    if (period === undefined) throw at === undefined ? manifestUnknown({ kind: 'tag', tag }) : noTagThen(tag, at)
    return viewTagAt(period, await new BuildLinksReader(services).read(repository, [period.digest]))
  },
})

function noTagThen(tag: Tag, atMs: number): Refusal {
  return new Refusal('manifest-unknown', `There was no tag ${tag} at ${new Date(atMs).toISOString()}.`)
}
