import { tagRepository } from '../../services/repositories/resource-tags.ts'
import { defineResourceAction } from './define-action.ts'
import { parseResourceTags } from './parameters.ts'

/** `TagResource`: adds to what is there. */
export const tagResource = defineResourceAction('TagResource', {
  parse: (fields) => fields.required('tags', parseResourceTags(fields, 'tags')),
  handle: async ({ services, caller }, repository, tags) => {
    await tagRepository(services, caller, repository, tags)
    return {}
  },
})
