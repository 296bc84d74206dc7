import * as z from 'zod'
import { requestTagKeys } from '../../core/policy/request-tag-keys.ts'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { getRepository } from '../../services/get-repository.ts'
import { tagRepository } from '../../services/repositories/resource-tags.ts'
import { defineOperation } from './define-operation.ts'
import { repositoryNameField } from './fields.ts'
import { resourceTagsField } from './repository-view.ts'

/** `PUT /api/v1/repositories/{name}/resource-tags` */
export const tagResource = defineOperation('TagResource', {
  action: 'ecr:TagResource',
  method: 'put',
  path: '/repositories/{name}/resource-tags',
  summary: 'Puts resource tags on a repository; those that are not given stay.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: repositoryNameField }),
  body: z.strictObject({ resourceTags: resourceTagsField }),
  output: z.strictObject({ resourceTags: resourceTagsField }),
  repository: ({ parameters }) => parameters.name,
  keys: ({ body }) => requestTagKeys(body.resourceTags),
  handle: async ({ services, caller }, { parameters: { name }, body }) => {
    const repository = await getRepository(services, caller, parseRepositoryName(name))
    await tagRepository(services, caller, repository, body.resourceTags)
    const tags = await services.metadata.listResourceTags(repository.id)
    return { resourceTags: tags.map(({ key, value }) => ({ key, value })) }
  },
})
