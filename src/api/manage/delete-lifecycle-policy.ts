import * as z from 'zod'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { getRepository } from '../../services/get-repository.ts'
import { deleteLifecyclePolicy as remove } from '../../services/lifecycle/lifecycle-policies.ts'
import { defineOperation } from './define-operation.ts'
import { repositoryNameField } from './fields.ts'

/** `DELETE /api/v1/repositories/{name}/lifecycle-policy` */
export const deleteLifecyclePolicy = defineOperation('DeleteLifecyclePolicy', {
  action: 'ecr:DeleteLifecyclePolicy',
  method: 'delete',
  path: '/repositories/{name}/lifecycle-policy',
  summary: "Takes a repository's own lifecycle policy away; what it inherits is then in force.",
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: repositoryNameField }),
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller }, { parameters: { name } }) => {
    const repository = await getRepository(services, caller, parseRepositoryName(name))
    await remove(services, caller, repository)
  },
})
