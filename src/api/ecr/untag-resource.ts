import { untagRepository } from '../../services/repositories/resource-tags.ts'
import { defineResourceAction } from './define-action.ts'

/** `UntagResource`. */
export const untagResource = defineResourceAction('UntagResource', {
  parse: (fields) => fields.required('tagKeys', fields.texts('tagKeys', { min: 0, max: 200 })),
  handle: async ({ services, caller }, repository, keys) => {
    await untagRepository(services, caller, repository, keys)
    return {}
  },
})
