import { parseRepositoryName } from '../../core/repository-name.ts'
import { getRepository } from '../../services/get-repository.ts'
import { unlockImage as unlock } from '../../services/locks/lock-image.ts'
import { defineOperation } from './define-operation.ts'
import { lockParameters, toLockTarget } from './lock-view.ts'

/** `DELETE /api/v1/repositories/{name}/locks/{reference}` */
export const unlockImage = defineOperation('UnlockImage', {
  method: 'delete',
  path: '/repositories/{name}/locks/{reference}',
  summary: 'Takes a lock off.',
  decidedIn: "caller's account",
  parameters: lockParameters,
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller }, { parameters: { name, reference } }) => {
    const repository = await getRepository(services, caller, parseRepositoryName(name))
    await unlock(services, caller, repository, toLockTarget(reference))
  },
})
