import { deleteRegistryPolicy as remove } from '../../services/policies/registry-policy.ts'
import { defineAction } from './define-action.ts'

/** `DeleteRegistryPolicy`: answers with what is gone. */
export const deleteRegistryPolicy = defineAction('DeleteRegistryPolicy', {
  parse: () => undefined,
  resources: () => ['*'],
  handle: async ({ services, caller }) => ({
    registryId: caller.registry.accountId,
    policyText: await remove(services, caller),
  }),
})
