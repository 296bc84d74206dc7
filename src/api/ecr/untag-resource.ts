import { getRepository } from '../../services/get-repository.ts'
import { untagRepository } from '../../services/repositories/resource-tags.ts'
import { defineAction } from './define-action.ts'
import { parseRepositoryArn } from './parse-repository-arn.ts'

/** `UntagResource`. */
export const untagResource = defineAction('UntagResource', {
  parse: (fields, registry) => ({
    ...parseRepositoryArn(fields, registry),
    keys: fields.required('tagKeys', fields.texts('tagKeys', { min: 0, max: 200 })),
  }),
  resources: (_registry, { arn }) => [arn],
  handle: async ({ services, caller }, { name, keys }) => {
    await untagRepository(services, caller, await getRepository(services, caller, name), keys)
    return {}
  },
})
