import { getRepository } from '../../services/get-repository.ts'
import { defineAction } from './define-action.ts'
import { parseRepositoryArn } from './parse-repository-arn.ts'
import { resourceTagsView } from './repository-view.ts'

/** `ListTagsForResource`. */
export const listTagsForResource = defineAction('ListTagsForResource', {
  parse: (fields, registry) => parseRepositoryArn(fields, registry),
  resources: (_registry, { arn }) => [arn],
  handle: async ({ services, caller }, { name }) => {
    const repository = await getRepository(services, caller, name)
    return { tags: resourceTagsView(await services.metadata.listResourceTags(repository.id)) }
  },
})
