import { deleteRepository as remove } from '../../services/repositories/delete-repository.ts'
import { defineRepositoryAction } from './define-action.ts'
import { viewRepository } from './repository-view.ts'

/** `DeleteRepository`. */
export const deleteRepository = defineRepositoryAction('DeleteRepository', {
  parse: (fields) => ({ force: fields.flag('force') ?? false }),
  handle: async (call, repository, options) => {
    const deleted = await remove(call.services, call.caller, repository, options)
    call.notePlan(deleted.planId)
    return { repository: await viewRepository(call, deleted.repository) }
  },
})
