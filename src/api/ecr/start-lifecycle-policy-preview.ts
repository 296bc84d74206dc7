import { startPreview } from '../../services/lifecycle/preview-policy.ts'
import { defineRepositoryAction } from './define-action.ts'
import { parseLifecycleText } from './lifecycle-fields.ts'

/** `StartLifecyclePolicyPreview`. What it makes is a plan, which can be applied by its id. */
export const startLifecyclePolicyPreview = defineRepositoryAction('StartLifecyclePolicyPreview', {
  parse: parseLifecycleText,
  handle: async ({ services, caller, notePlan }, repository, text) => {
    const { id, policyText } = await startPreview(services, caller, repository, text)
    notePlan(id)
    return {
      registryId: caller.registry.accountId,
      repositoryName: repository.name,
      lifecyclePolicyText: policyText,
      status: 'IN_PROGRESS' as const,
    }
  },
})
