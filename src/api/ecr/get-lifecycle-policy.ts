import { getLifecyclePolicy as get } from '../../services/lifecycle/lifecycle-policies.ts'
import { defineRepositoryAction } from './define-action.ts'
import { lifecycleView } from './lifecycle-fields.ts'

/** `GetLifecyclePolicy`: the repository's own. */
export const getLifecyclePolicy = defineRepositoryAction('GetLifecyclePolicy', {
  parse: () => undefined,
  handle: async (call, repository) =>
    lifecycleView(call, repository, await get(call.services.metadata, call.caller, repository)),
})
