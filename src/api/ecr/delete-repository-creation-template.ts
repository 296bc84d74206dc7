import { parseTemplatePrefix } from '../../core/ecr/template-prefix.ts'
import { deleteTemplate } from '../../services/repositories/creation-templates.ts'
import { defineAction } from './define-action.ts'
import { templateView } from './template-view.ts'

/** `DeleteRepositoryCreationTemplate`. */
export const deleteRepositoryCreationTemplate = defineAction('DeleteRepositoryCreationTemplate', {
  parse: (fields) => parseTemplatePrefix(fields.requiredText('prefix', { min: 1, max: 256 })),
  resources: () => ['*'],
  handle: async (call, prefix) => ({
    registryId: call.caller.registry.accountId,
    repositoryCreationTemplate: await templateView(call, await deleteTemplate(call.services, call.caller, prefix)),
  }),
})
