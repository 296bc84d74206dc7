import { getRegistryPolicy as get } from '../../services/policies/registry-policy.ts'
import { defineAction } from './define-action.ts'

/** `GetRegistryPolicy`. */
export const getRegistryPolicy = defineAction('GetRegistryPolicy', {
  parse: () => undefined,
  resources: () => ['*'],
  handle: async ({ services, caller }) => ({
    registryId: caller.registry.accountId,
    policyText: await get(services, caller),
  }),
})
