import * as z from 'zod'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { parseTag } from '../../core/tag.ts'
import { getRepository } from '../../services/get-repository.ts'
import { rollBackTag as rollBack } from '../../services/tags/roll-back-tag.ts'
import { defineOperation } from './define-operation.ts'
import { instantField, repositoryNameField, tagField, timeField, toTime } from './fields.ts'

/** `POST /api/v1/repositories/{name}/tags/{tag}/rollback` */
export const rollBackTag = defineOperation('RollBackTag', {
  method: 'post',
  path: '/repositories/{name}/tags/{tag}/rollback',
  summary: 'Makes a tag what it was at an instant. Immutability, locks and tag rules hold for it as for a push.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: repositoryNameField, tag: tagField }),
  body: z.strictObject({ to: instantField }),
  output: z.strictObject({
    tag: z.string(),
    from: z.string().optional().describe('The digest that it pointed at; absent when there was no such tag.'),
    to: z.string().optional().describe('The digest that it points at now; absent when there was no such tag then.'),
    asOf: timeField,
  }),
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller }, { parameters: { name, tag }, body }) => {
    const repository = await getRepository(services, caller, parseRepositoryName(name))
    const { from, to } = await rollBack(services, caller, repository, { tag: parseTag(tag), asOfMs: body.to })
    return { tag, ...(from !== undefined && { from }), ...(to !== undefined && { to }), asOf: toTime(body.to) }
  },
})
