import { parseTemplatePrefix } from '../../core/ecr/template-prefix.ts'
import { getTemplate, listTemplates } from '../../services/repositories/creation-templates.ts'
import { defineAction } from './define-action.ts'
import { nextToken, parsePage, refusePaging } from './parameters.ts'
import { templateView } from './template-view.ts'

const LIST = { name: 'templates', keyLength: 1 }

/** `DescribeRepositoryCreationTemplates`: those that are named, or a page of all. */
export const describeRepositoryCreationTemplates = defineAction('DescribeRepositoryCreationTemplates', {
  parse: (fields) => {
    const prefixes = fields
      .texts('prefixes', { min: 1, max: 100 })
      ?.map((text) => parseTemplatePrefix(text, 'prefixes'))
    if (prefixes !== undefined) refusePaging(fields, 'prefixes')
    return { prefixes, page: parsePage(fields, LIST) }
  },
  resources: () => ['*'],
  handle: async ({ services, caller }, { prefixes, page }) => {
    const registryId = caller.registry.accountId
    if (prefixes !== undefined) {
      const named = prefixes.map((prefix) => getTemplate(services.metadata, caller, prefix))
      return { registryId, repositoryCreationTemplates: (await Promise.all(named)).map(templateView) }
    }
    const after = page.after?.[0] ?? undefined
    const { templates, next } = await listTemplates(services, caller, { limit: page.limit, after })
    return {
      registryId,
      repositoryCreationTemplates: templates.map(templateView),
      nextToken: nextToken(LIST, next === undefined ? undefined : [next]),
    }
  },
})
