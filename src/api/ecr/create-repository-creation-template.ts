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
  // What pushes will do by it (ecr.md 5.2).
  alsoNeeds: ['ecr:CreateRepository', 'ecr:PutLifecyclePolicy', 'ecr:SetRepositoryPolicy'],
  handle: async (call, settings) => ({
    registryId: call.caller.registry.accountId,
    repositoryCreationTemplate: await templateView(call, await createTemplate(call.services, call.caller, settings)),
  }),
})
