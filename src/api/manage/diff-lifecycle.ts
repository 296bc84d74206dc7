import * as z from 'zod'
import type { PlannedFate } from '../../core/lifecycle/diff-plans.ts'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { getRepository } from '../../services/get-repository.ts'
import { diffLifecycle as diff, policyInForce } from '../../services/lifecycle/what-if.ts'
import { defineOperation } from './define-operation.ts'
import { repositoryNameField } from './fields.ts'
import { lifecyclePolicyField, parsePolicyField } from './lifecycle-fields.ts'
import { refusedView, viewRefused } from './refused-view.ts'

const fateView = z.strictObject({
  action: z.enum(['expire', 'archive', 'untag']),
  rule: z.string(),
  because: z.strictObject({ of: z.string(), as: z.enum(['child', 'referrer']) }).optional(),
})

const differenceView = z.strictObject({
  change: z
    .enum(['goes', 'stays', 'action', 'rule', 'refused'])
    .describe('`goes`: what stayed goes; `stays`: the other way round; `refused`: it stays both times.'),
  digest: z.string(),
  tags: z.array(z.string()),
  tag: z.string().optional().describe('Of what is done with one tag.'),
  before: fateView.optional().describe('Absent: it stays.'),
  after: fateView.optional().describe('Absent: it stays.'),
  refusedBefore: refusedView.optional().describe('Why it stays although a rule hits it.'),
  refusedAfter: refusedView.optional(),
})

/** `POST /api/v1/repositories/{name}/lifecycle/diff` */
export const diffLifecycle = defineOperation('DiffLifecycle', {
  method: 'post',
  isRead: true,
  path: '/repositories/{name}/lifecycle/diff',
  summary: 'Says what a changed lifecycle policy would do differently.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: repositoryNameField }),
  body: z.strictObject({
    old: lifecyclePolicyField.optional().describe('Without one, that which is in force.'),
    new: lifecyclePolicyField,
  }),
  output: z.strictObject({ differences: z.array(differenceView) }),
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller }, { parameters: { name }, body }) => {
    const repository = await getRepository(services, caller, parseRepositoryName(name))
    const before =
      body.old === undefined ? await policyInForce(services, caller, repository) : parsePolicyField(body.old).parsed
    const after = parsePolicyField(body.new).parsed
    const differences = await diff(services, repository, { before, after })
    return {
      differences: differences.map(({ change, digest, tag, tags, ...fates }) => ({
        change,
        digest,
        tags: [...tags],
        ...(tag !== undefined && { tag }),
        ...(fates.before !== undefined && { before: viewFate(fates.before) }),
        ...(fates.after !== undefined && { after: viewFate(fates.after) }),
        ...(fates.refusedBefore !== undefined && { refusedBefore: viewRefused(fates.refusedBefore) }),
        ...(fates.refusedAfter !== undefined && { refusedAfter: viewRefused(fates.refusedAfter) }),
      })),
    }
  },
})

function viewFate({ action, rule, because }: PlannedFate): z.output<typeof fateView> {
  return { action, rule, ...(because !== undefined && { because }) }
}
