import { deleteRepositoryPolicy as remove } from '../../services/policies/repository-policy.ts'
import { defineRepositoryAction } from './define-action.ts'

/** `DeleteRepositoryPolicy`: answers with what is gone. */
export const deleteRepositoryPolicy = defineRepositoryAction('DeleteRepositoryPolicy', {
  parse: () => undefined,
  handle: async ({ services, caller }, repository) => ({
    registryId: caller.registry.accountId,
    repositoryName: repository.name,
    policyText: await remove(services, caller, repository),
  }),
})
