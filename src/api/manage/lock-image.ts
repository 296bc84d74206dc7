import * as z from 'zod'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { getRepository } from '../../services/get-repository.ts'
import { lockImage as lock } from '../../services/locks/lock-image.ts'
import { defineOperation } from './define-operation.ts'
import { visibleText } from './fields.ts'
import { lockParameters, lockView, toLockTarget, viewLock } from './lock-view.ts'

/** `PUT /api/v1/repositories/{name}/locks/{reference}` */
export const lockImage = defineOperation('LockImage', {
  method: 'put',
  path: '/repositories/{name}/locks/{reference}',
  summary: 'Locks a tag, or an image by its digest: no lifecycle policy, deletion, push or replication touches it.',
  decidedIn: "caller's account",
  parameters: lockParameters,
  body: z.strictObject({
    reason: visibleText(1, 512).describe('Why; whoever runs into the lock is told.'),
    owner: visibleText(1, 128).describe('Whom to ask: a person or a team.'),
  }),
  output: lockView,
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller }, { parameters: { name, reference }, body }) => {
    const repository = await getRepository(services, caller, parseRepositoryName(name))
    return viewLock(await lock(services, caller, repository, { target: toLockTarget(reference), ...body }))
  },
})
