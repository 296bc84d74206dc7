import { putLifecyclePolicy as put } from '../../services/lifecycle/lifecycle-policies.ts'
import { defineRepositoryAction } from './define-action.ts'
import { parseLifecycleText } from './lifecycle-fields.ts'

/** `PutLifecyclePolicy`. Takes our own format too. */
export const putLifecyclePolicy = defineRepositoryAction('PutLifecyclePolicy', {
  parse: (fields) => fields.required('lifecyclePolicyText', parseLifecycleText(fields)),
  handle: async ({ services, caller }, repository, text) => ({
    registryId: caller.registry.accountId,
    repositoryName: repository.name,
    lifecyclePolicyText: await put(services, caller, repository, text),
  }),
})
