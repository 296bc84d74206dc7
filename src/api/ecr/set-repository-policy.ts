import { REPOSITORY_POLICY_CHARS } from '../../core/policy/policy-limits.ts'
import { setRepositoryPolicy as set } from '../../services/policies/repository-policy.ts'
import { defineRepositoryAction } from './define-action.ts'

/** `SetRepositoryPolicy`. */
export const setRepositoryPolicy = defineRepositoryAction('SetRepositoryPolicy', {
  parse: (fields) => ({
    text: fields.requiredText('policyText', { min: 0, max: REPOSITORY_POLICY_CHARS }),
    force: fields.flag('force') ?? false,
  }),
  handle: async ({ services, caller, notePolicyFindings }, repository, policy) => {
    const { text, findings } = await set(services, caller, repository, policy)
    notePolicyFindings(findings)
    return { registryId: caller.registry.accountId, repositoryName: repository.name, policyText: text }
  },
})
