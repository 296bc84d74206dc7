import { tagRepository } from '../../services/repositories/resource-tags.ts'
import { defineResourceAction } from './define-action.ts'
import { keysOfResourceTags, parseResourceTags } from './parameters.ts'

/** `TagResource`: adds to what is there. */
export const tagResource = defineResourceAction('TagResource', {
  parse: (fields) => fields.required('tags', parseResourceTags(fields, 'tags')),
  keys: keysOfResourceTags,
  handle: async ({ services, caller }, repository, tags) => {
    await tagRepository(services, caller, repository, tags)
    return {}
  },
})
