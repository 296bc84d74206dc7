import { parseTemplatePrefix } from '../../core/ecr/template-prefix.ts'
import { createTemplate } from '../../services/repositories/creation-templates.ts'
import { defineAction } from './define-action.ts'
import { parseTemplateChange, templateView } from './template-view.ts'

/** `CreateRepositoryCreationTemplate`. */
export const createRepositoryCreationTemplate = defineAction('CreateRepositoryCreationTemplate', {
  parse: (fields) => {
    const given = parseTemplateChange(fields)
    return {
      resourceTags: [],
      ...given,
      prefix: parseTemplatePrefix(fields.requiredText('prefix', { min: 1, max: 256 })),
      appliedFor: fields.required('appliedFor', given.appliedFor),
    }
  },
  resources: () => ['*'],
  handle: async ({ services, caller }, settings) => ({
    registryId: caller.registry.accountId,
    repositoryCreationTemplate: templateView(await createTemplate(services, caller, settings)),
  }),
})
