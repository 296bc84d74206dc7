import * as z from 'zod'
import type { ImageExplanation } from '../../core/lifecycle/image-explanation.ts'
import type { Sight } from '../../core/lifecycle/rule-sight.ts'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { describeImage } from '../../services/describe-image.ts'
import { getRepository } from '../../services/get-repository.ts'
import { explainLifecycle as explain, policyInForce } from '../../services/lifecycle/what-if.ts'
import { manifestUnknown } from '../../services/pull-manifest.ts'
import { defineOperation } from './define-operation.ts'
import { imageReferenceField, repositoryNameField, timeField, toReference, toTime } from './fields.ts'
import { buildLinksView } from './image-view.ts'
import { lifecyclePolicyField, parsePolicyField } from './lifecycle-fields.ts'
import { refusedView, viewRefused } from './refused-view.ts'

const explanationView = z.strictObject({
  digest: z.string(),
  outcome: z.string().describe('What becomes of it now.'),
  sentence: z.string(),
  rule: z
    .strictObject({ priority: z.int(), name: z.string(), action: z.string(), hits: z.boolean() })
    .optional()
    .describe('The rule that decides, or will.'),
  when: timeField.optional().describe('From when on the rule hits it.'),
  until: timeField.optional().describe('Until when the rule hits it.'),
  position: z.int().optional().describe('Its place in the window of the rule.'),
  count: z.int().optional().describe('How many the window has room for.'),
  takenBy: z.string().optional(),
  keptBy: z.array(z.string()),
  takesAlong: z.array(z.string()),
  untags: z.array(z.strictObject({ tag: z.string(), rule: z.string() })),
  refused: refusedView.optional(),
  buildLinks: buildLinksView,
})

/** `POST /api/v1/repositories/{name}/lifecycle/explain` */
export const explainLifecycle = defineOperation('ExplainLifecycle', {
  method: 'post',
  isRead: true,
  path: '/repositories/{name}/lifecycle/explain',
  summary: 'Says which rule of a lifecycle policy keeps or expires an image, and when.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: repositoryNameField }),
  body: z.strictObject({
    reference: imageReferenceField,
    policy: lifecyclePolicyField.optional().describe('Without one, that which is in force.'),
  }),
  output: explanationView,
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller }, { parameters: { name }, body }) => {
    const repository = await getRepository(services, caller, parseRepositoryName(name))
    const policy =
      body.policy === undefined
        ? await policyInForce(services, caller, repository)
        : parsePolicyField(body.policy).parsed
    const { digest, buildLinks } = await describeImage(services, repository, toReference(body.reference))
    const explanation = await explain(services, repository, { policy, digest })
    if (explanation === undefined) throw manifestUnknown({ kind: 'digest', digest })
    return { ...viewExplanation(explanation), buildLinks }
  },
})

function viewExplanation(explanation: ImageExplanation): Omit<z.output<typeof explanationView>, 'buildLinks'> {
  const { sight, takenBy, refused } = explanation
  return {
    digest: explanation.digest,
    outcome: explanation.outcome,
    sentence: explanation.sentence,
    ...(sight !== undefined && {
      rule: {
        priority: sight.rule.priority,
        name: sight.rule.name,
        action: sight.rule.action,
        hits: sight.standing === 'hit',
      },
    }),
    ...(sight?.when && viewCondition(sight.when)),
    ...(takenBy !== undefined && { takenBy }),
    keptBy: [...explanation.keptBy],
    takesAlong: [...explanation.takesAlong],
    untags: [...explanation.untags],
    ...(refused !== undefined && { refused: viewRefused(refused) }),
  }
}

type ConditionView = Pick<z.output<typeof explanationView>, 'when' | 'until' | 'position' | 'count'>

function viewCondition(when: NonNullable<Sight['when']>): ConditionView {
  if ('position' in when) return { position: when.position, count: when.count }
  // A policy may count in ages that no calendar has.
  if (Number.isNaN(new Date(when.atMs).getTime())) return {}
  return when.type === 'at' ? { when: toTime(when.atMs) } : { until: toTime(when.atMs) }
}
