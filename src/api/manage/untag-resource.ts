import * as z from 'zod'
import { requestTagKeys } from '../../core/policy/request-tag-keys.ts'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { getRepository } from '../../services/get-repository.ts'
import { untagRepository } from '../../services/repositories/resource-tags.ts'
import { defineOperation } from './define-operation.ts'
import { repositoryNameField } from './fields.ts'
import { resourceTagKeyField } from './repository-view.ts'

/** `DELETE /api/v1/repositories/{name}/resource-tags` */
export const untagResource = defineOperation('UntagResource', {
  action: 'ecr:UntagResource',
  method: 'delete',
  path: '/repositories/{name}/resource-tags',
  summary: 'Takes a resource tag off a repository; one that is not there is passed over.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: repositoryNameField }),
  query: z.strictObject({ key: resourceTagKeyField }),
  repository: ({ parameters }) => parameters.name,
  keys: ({ query }) => requestTagKeys([query]),
  handle: async ({ services, caller }, { parameters: { name }, query: { key } }) => {
    const repository = await getRepository(services, caller, parseRepositoryName(name))
    await untagRepository(services, caller, repository, [key])
  },
})
