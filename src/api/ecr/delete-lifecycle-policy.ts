import { deleteLifecyclePolicy as remove } from '../../services/lifecycle/lifecycle-policies.ts'
import { defineRepositoryAction } from './define-action.ts'
import { lifecycleView } from './lifecycle-fields.ts'

/** `DeleteLifecyclePolicy`: the repository's own. */
export const deleteLifecyclePolicy = defineRepositoryAction('DeleteLifecyclePolicy', {
  parse: () => undefined,
  handle: async (call, repository) =>
    lifecycleView(call, repository, await remove(call.services, call.caller, repository)),
})
