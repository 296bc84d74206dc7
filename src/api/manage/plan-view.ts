import * as z from 'zod'
import type { Plan, PlanItem } from '../../ports/metadata/plans.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'
import type { Caller } from '../../services/context.ts'
import { getPlan, planUnknown } from '../../services/plans/get-plan.ts'
import { repositoryNameField, timeField, toTime } from './fields.ts'
import { type LinksByDigest, listedBuildLinksView } from './image-view.ts'

export const planIdField = z
  .guid('must be the id of a plan, such as 6a3420cf-a262-4cf7-add1-388d55bd40cc')
  .describe('As a deletion answers it in `x-lading-plan`, and a list of plans names it.')

export const planParameters = z.strictObject({ name: repositoryNameField, planId: planIdField })

export const planView = z.strictObject({
  id: z.string(),
  repositoryName: z.string(),
  kind: z.enum(['preview', 'lifecycle', 'deletion', 'repository-deletion', 'storage-class']),
  state: z
    .enum(['making', 'ready', 'waiting', 'applying', 'applied', 'stopped', 'failed', 'undoing', 'undone'])
    .describe('`waiting`: it takes so much that a person has to apply it.'),
  createdAt: timeField,
  createdBy: z.string().optional().describe('ARN; absent for what the server does by itself.'),
  imageCount: z.int().describe('How many images the repository had.'),
  summary: z.strictObject({
    expire: z.int(),
    archive: z.int(),
    untag: z.int(),
    refused: z.int().describe('What rules hit and could not have.'),
    freedBytes: z.int().describe('Bytes that nothing in the installation holds any more once it is done.'),
  }),
  appliedBy: z.string().optional(),
  appliedAt: timeField.optional(),
  undoUntil: timeField.optional(),
  undoneAt: timeField.optional(),
  note: z.string().optional().describe('Why it waits, stopped or failed.'),
  policy: z.unknown().optional().describe('The lifecycle policy that made it.'),
})

export const planItemView = z.strictObject({
  position: z.int(),
  action: z.enum(['expire', 'archive', 'restore', 'untag']),
  digest: z.string(),
  tag: z.string().optional().describe('The one that is taken off.'),
  rule: z.int().optional().describe('The priority of the rule.'),
  why: z.string(),
  tags: z.array(z.string()),
  mediaType: z.string(),
  pushedAt: timeField,
  lastPulledAt: timeField.optional(),
  storageClass: z.enum(['standard', 'archive']),
  freedBytes: z.int().describe('What comes free with this one, when all before it are done.'),
  outcome: z
    .enum(['planned', 'refused', 'done', 'failed', 'undone'])
    .describe(
      '`refused`: a rule hits it, and it cannot go; nothing has been tried yet. `failed`: it was tried, or could not be.',
    ),
  failure: z.strictObject({ code: z.string(), reason: z.string() }).optional(),
  buildLinks: listedBuildLinksView,
})

export function viewPlan(plan: Plan): z.output<typeof planView> {
  const { id, repositoryName, kind, state, createdBy, imageCount, summary, note, policyText } = plan
  return {
    id,
    repositoryName,
    kind,
    state,
    createdAt: toTime(plan.createdAtMs),
    ...(createdBy !== undefined && { createdBy }),
    imageCount,
    summary: { ...summary },
    ...(plan.appliedBy !== undefined && { appliedBy: plan.appliedBy.principal }),
    ...(plan.appliedAtMs !== undefined && { appliedAt: toTime(plan.appliedAtMs) }),
    ...(plan.undoUntilMs !== undefined && { undoUntil: toTime(plan.undoUntilMs) }),
    ...(plan.undoneAtMs !== undefined && { undoneAt: toTime(plan.undoneAtMs) }),
    ...(note !== undefined && { note }),
    ...(policyText !== undefined && { policy: JSON.parse(policyText) }),
  }
}

/** In these nothing of a plan has been tried. */
const UNTRIED: ReadonlySet<Plan['state']> = new Set(['making', 'ready', 'waiting', 'stopped'])

export function viewPlanItem({ state }: Plan, item: PlanItem, links: LinksByDigest): z.output<typeof planItemView> {
  const { tag, rule, lastPulledAtMs, failure } = item
  const buildLinks = links.get(item.digest)
  return {
    position: item.position,
    action: item.action,
    digest: item.digest,
    ...(tag !== undefined && { tag }),
    ...(rule !== undefined && { rule }),
    why: item.why,
    tags: [...item.tags],
    mediaType: item.mediaType,
    pushedAt: toTime(item.pushedAtMs),
    ...(lastPulledAtMs !== undefined && { lastPulledAt: toTime(lastPulledAtMs) }),
    storageClass: item.storageClass,
    freedBytes: item.freedBytes,
    outcome: item.outcome === 'failed' && UNTRIED.has(state) ? 'refused' : item.outcome,
    ...(failure !== undefined && { failure: { code: failure.code, reason: failure.reason } }),
    ...(buildLinks !== undefined && { buildLinks }),
  }
}

/**
 * The plan, if it is about that repository of the caller's registry: who may look at one repository is told nothing of
 * another's plans. The repository may be deleted.
 *
 * @throws {Refusal} `plan-unknown`
 */
export async function getPlanOf(
  metadata: Pick<MetadataReader, 'findPlan'>,
  { registry }: Caller,
  { name, planId }: z.output<typeof planParameters>,
): Promise<Plan> {
  const plan = await getPlan(metadata, planId)
  if (plan.registryId !== registry.id || plan.repositoryName !== name) throw planUnknown(planId)
  return plan
}
