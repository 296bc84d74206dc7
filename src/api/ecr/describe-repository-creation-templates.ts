import { parseTemplatePrefix } from '../../core/ecr/template-prefix.ts'
import type { CreationTemplate } from '../../ports/metadata/creation-templates.ts'
import { getTemplate, listTemplates } from '../../services/repositories/creation-templates.ts'
import { defineAction } from './define-action.ts'
import { nextToken, parsePage, refusePaging } from './parameters.ts'
import { templateView } from './template-view.ts'

/** Less than the model's thousand: each can hold two policies of 40 KB. A page may be shorter than asked for. */
const MOST_ON_PAGE = 100
const LIST = { name: 'templates', keyLength: 1 }

/** `DescribeRepositoryCreationTemplates`: those that are named, or a page of all. */
export const describeRepositoryCreationTemplates = defineAction('DescribeRepositoryCreationTemplates', {
  parse: (fields) => {
    const prefixes = fields
      .texts('prefixes', { min: 1, max: 100 })
      ?.map((text) => parseTemplatePrefix(text, 'prefixes'))
    if (prefixes !== undefined) refusePaging(fields, 'prefixes')
    return { prefixes: prefixes && [...new Set(prefixes)], page: parsePage(fields, LIST) }
  },
  resources: () => ['*'],
  handle: async (call, { prefixes, page }) => {
    const { services, caller } = call
    const view = (template: CreationTemplate) => templateView(call, template)
    const registryId = caller.registry.accountId
    if (prefixes !== undefined) {
      const named = prefixes.map((prefix) => getTemplate(services.metadata, caller, prefix))
      return { registryId, repositoryCreationTemplates: await Promise.all((await Promise.all(named)).map(view)) }
    }
    const after = page.after?.[0] ?? undefined
    const { templates, next } = await listTemplates(services, caller, {
      limit: Math.min(page.limit, MOST_ON_PAGE),
      after,
    })
    return {
      registryId,
      repositoryCreationTemplates: await Promise.all(templates.map(view)),
      nextToken: nextToken(LIST, next === undefined ? undefined : [next]),
    }
  },
})
