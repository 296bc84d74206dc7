import { getRepositoryPolicy as get } from '../../services/policies/repository-policy.ts'
import { defineRepositoryAction } from './define-action.ts'

/** `GetRepositoryPolicy`. */
export const getRepositoryPolicy = defineRepositoryAction('GetRepositoryPolicy', {
  parse: () => undefined,
  handle: async ({ services, caller }, repository) => ({
    registryId: caller.registry.accountId,
    repositoryName: repository.name,
    policyText: await get(services, caller, repository),
  }),
})
