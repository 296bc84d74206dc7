import { deleteRepository as remove } from '../../services/repositories/delete-repository.ts'
import { defineRepositoryAction } from './define-action.ts'
import { viewRepository } from './repository-view.ts'

/** `DeleteRepository`. */
export const deleteRepository = defineRepositoryAction('DeleteRepository', {
  parse: (fields) => ({ force: fields.flag('force') ?? false }),
  handle: async (call, repository, options) => ({
    repository: await viewRepository(call, await remove(call.services, call.caller, repository, options)),
  }),
})
