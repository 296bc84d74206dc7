import { parseTemplatePrefix } from '../../core/ecr/template-prefix.ts'
import { updateTemplate } from '../../services/repositories/creation-templates.ts'
import { defineAction } from './define-action.ts'
import { parseTemplateChange, templateView } from './template-view.ts'

/** `UpdateRepositoryCreationTemplate`: members that are not given stay as they are. */
export const updateRepositoryCreationTemplate = defineAction('UpdateRepositoryCreationTemplate', {
  parse: (fields) => ({
    prefix: parseTemplatePrefix(fields.requiredText('prefix', { min: 1, max: 256 })),
    change: parseTemplateChange(fields),
  }),
  resources: () => ['*'],
  handle: async (call, { prefix, change }) => ({
    registryId: call.caller.registry.accountId,
    repositoryCreationTemplate: await templateView(
      call,
      await updateTemplate(call.services, call.caller, prefix, change),
    ),
  }),
})
