import { REPOSITORY_POLICY_CHARS } from '../../core/policy/policy-limits.ts'
import { putRegistryPolicy as put } from '../../services/policies/registry-policy.ts'
import { defineAction } from './define-action.ts'

/** `PutRegistryPolicy`. */
export const putRegistryPolicy = defineAction('PutRegistryPolicy', {
  parse: (fields) => fields.requiredText('policyText', { min: 0, max: REPOSITORY_POLICY_CHARS }),
  resources: () => ['*'],
  handle: async ({ services, caller, notePolicyFindings }, policyText) => {
    const { text, findings } = await put(services, caller, policyText)
    notePolicyFindings(findings)
    return { registryId: caller.registry.accountId, policyText: text }
  },
})
