import { defineResourceAction } from './define-action.ts'
import { resourceTagsView } from './repository-view.ts'

/** `ListTagsForResource`. */
export const listTagsForResource = defineResourceAction('ListTagsForResource', {
  parse: () => undefined,
  handle: async ({ services }, repository) => ({
    tags: resourceTagsView(await services.metadata.listResourceTags(repository.id)),
  }),
})
