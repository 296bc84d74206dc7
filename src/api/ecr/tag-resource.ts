import { getRepository } from '../../services/get-repository.ts'
import { tagRepository } from '../../services/repositories/resource-tags.ts'
import { defineAction } from './define-action.ts'
import { parseResourceTags } from './parameters.ts'
import { parseRepositoryArn } from './parse-repository-arn.ts'

/** `TagResource`: adds to what is there. */
export const tagResource = defineAction('TagResource', {
  parse: (fields, registry) => ({
    ...parseRepositoryArn(fields, registry),
    tags: fields.required('tags', parseResourceTags(fields, 'tags')),
  }),
  resources: (_registry, { arn }) => [arn],
  handle: async ({ services, caller }, { name, tags }) => {
    await tagRepository(services, caller, await getRepository(services, caller, name), tags)
    return {}
  },
})
