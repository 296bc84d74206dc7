import * as z from 'zod'
import { parseLifecyclePolicy } from '../../core/lifecycle/parse-lifecycle-policy.ts'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { getRepository } from '../../services/get-repository.ts'
import { effectivePolicy } from '../../services/lifecycle/effective-policy.ts'
import { lifecyclePolicyUnknown } from '../../services/lifecycle/lifecycle-policies.ts'
import { defineOperation } from './define-operation.ts'
import { repositoryNameField, toTime } from './fields.ts'
import { storedPolicyView } from './lifecycle-fields.ts'

/** `GET /api/v1/repositories/{name}/lifecycle-policy` */
export const getLifecyclePolicy = defineOperation('GetLifecyclePolicy', {
  action: 'ecr:GetLifecyclePolicy',
  method: 'get',
  path: '/repositories/{name}/lifecycle-policy',
  summary: 'Shows the lifecycle policy that a repository is kept by, its own or an inherited one.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: repositoryNameField }),
  output: storedPolicyView,
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services: { metadata }, services, caller }, { parameters: { name } }) => {
    const repository = await getRepository(services, caller, parseRepositoryName(name))
    const effective = await effectivePolicy(metadata, repository)
    if (effective === undefined) throw lifecyclePolicyUnknown(caller, repository)
    const evaluatedAtMs = (await metadata.readLifecycle(repository.id))?.evaluatedAtMs
    const { format, document } = parseLifecyclePolicy(effective.text)
    const evaluated = evaluatedAtMs === undefined ? {} : { evaluatedAt: toTime(evaluatedAtMs) }
    return { policy: document, format, from: effective.from, ...evaluated }
  },
})
