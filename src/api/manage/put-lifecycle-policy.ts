import * as z from 'zod'
import { lintLifecyclePolicy } from '../../core/lifecycle/lint-policy.ts'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { getRepository } from '../../services/get-repository.ts'
import { putLifecyclePolicy as put } from '../../services/lifecycle/lifecycle-policies.ts'
import { defineOperation } from './define-operation.ts'
import { repositoryNameField } from './fields.ts'
import { findingView, lifecyclePolicyField, parsePolicyField, storedPolicyView } from './lifecycle-fields.ts'
import { viewFinding } from './view-finding.ts'

/** `PUT /api/v1/repositories/{name}/lifecycle-policy` */
export const putLifecyclePolicy = defineOperation('PutLifecyclePolicy', {
  action: 'ecr:PutLifecyclePolicy',
  method: 'put',
  path: '/repositories/{name}/lifecycle-policy',
  summary: "Puts a repository's own lifecycle policy, and says what of it is hardly meant.",
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: repositoryNameField }),
  body: z.strictObject({ policy: lifecyclePolicyField }),
  output: storedPolicyView.extend({ findings: z.array(findingView) }),
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller }, { parameters: { name }, body }) => {
    const repository = await getRepository(services, caller, parseRepositoryName(name))
    const { text, parsed } = parsePolicyField(body.policy)
    await put(services, caller, repository, text)
    const findings = lintLifecyclePolicy(parsed).map(viewFinding)
    return { policy: parsed.document, format: parsed.format, from: 'repository', findings }
  },
})
