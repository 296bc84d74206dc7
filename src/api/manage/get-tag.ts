import * as z from 'zod'
import { Refusal } from '../../core/refusal.ts'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { parseTag, type Tag } from '../../core/tag.ts'
import { describeImage } from '../../services/describe-image.ts'
import { getRepository } from '../../services/get-repository.ts'
import { manifestUnknown } from '../../services/pull-manifest.ts'
import { defineOperation } from './define-operation.ts'
import { instantField, repositoryNameField, tagField } from './fields.ts'
import { buildLinksView } from './image-view.ts'
import { tagAtView, viewTagAt } from './tag-period-view.ts'

/** `GET /api/v1/repositories/{name}/tags/{tag}` */
export const getTag = defineOperation('GetTag', {
  method: 'get',
  path: '/repositories/{name}/tags/{tag}',
  summary: 'Says where a tag points, or pointed at an instant.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: repositoryNameField, tag: tagField }),
  query: z.strictObject({ at: instantField.optional().describe('Without it, now.') }),
  output: tagAtView.extend({
    buildLinks: buildLinksView.optional().describe('Absent where the image is not there any more.'),
  }),
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller }, { parameters: { name, tag: text }, query: { at } }) => {
    const repository = await getRepository(services, caller, parseRepositoryName(name))
    const tag = parseTag(text)
    const period = await services.metadata.findTagAt(repository.id, tag, at ?? services.clock.nowMs())
    if (period === undefined) throw at === undefined ? manifestUnknown({ kind: 'tag', tag }) : noTagThen(tag, at)
    const reference = { kind: 'digest', digest: period.digest } as const
    const image = await describeImage(services, repository, reference).catch(absent)
    return { ...viewTagAt(period), ...(image !== undefined && { buildLinks: image.buildLinks }) }
  },
})

function absent(error: unknown): undefined {
  if (!(error instanceof Refusal)) throw error
}

function noTagThen(tag: Tag, atMs: number): Refusal {
  return new Refusal('manifest-unknown', `There was no tag ${tag} at ${new Date(atMs).toISOString()}.`)
}
