import { parseTagMutability } from '../../core/ecr/parse-tag-mutability.ts'
import { changeRepository } from '../../services/repositories/change-repository.ts'
import { defineRepositoryAction } from './define-action.ts'
import { tagMutabilityView } from './repository-view.ts'

/** `PutImageTagMutability`. The filters given replace those that were there. */
export const putImageTagMutability = defineRepositoryAction('PutImageTagMutability', {
  parse: (fields) => fields.required('imageTagMutability', parseTagMutability(fields)),
  handle: async (call, repository, tagMutability) => {
    await changeRepository(call.services, call.caller, repository, { tagMutability })
    return {
      registryId: call.caller.registry.accountId,
      repositoryName: repository.name,
      ...tagMutabilityView(tagMutability),
    }
  },
})
