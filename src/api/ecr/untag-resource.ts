import { untagRepository } from '../../services/repositories/resource-tags.ts'
import { defineResourceAction } from './define-action.ts'
import { keysOfResourceTags } from './parameters.ts'

/** `UntagResource`. */
export const untagResource = defineResourceAction('UntagResource', {
  parse: (fields) => fields.required('tagKeys', fields.texts('tagKeys', { min: 0, max: 200 })),
  keys: (keys) => keysOfResourceTags(keys.map((key) => ({ key }))),
  handle: async ({ services, caller }, repository, keys) => {
    await untagRepository(services, caller, repository, keys)
    return {}
  },
})
