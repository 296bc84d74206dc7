import type { Digest } from '../../core/digest.ts'
import type { LifecycleImage } from '../../core/lifecycle/lifecycle-image.ts'
import type { LifecyclePlan, PlannedAction, RefusedAction } from '../../core/lifecycle/lifecycle-plan.ts'
import type { ParsedLifecyclePolicy } from '../../core/lifecycle/parse-lifecycle-policy.ts'
import { planLifecycle } from '../../core/lifecycle/plan-lifecycle.ts'
import { ruleReason } from '../../core/lifecycle/rule-reason.ts'
import type { PlanItem } from '../../ports/metadata/plans.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Services } from '../context.ts'
import { planItem } from '../plans/plan-item.ts'
import { weighItems } from '../plans/weigh-items.ts'
import { readSnapshot } from './read-snapshot.ts'

export interface PlannedImages {
  /** In the order in which they are done, those that cannot be done behind the others. */
  readonly items: readonly PlanItem[]
  readonly imageCount: number
}

/** What a policy would do with a repository now. Reads, and changes nothing. */
export async function planImages(
  services: Services,
  repository: Repository,
  policy: ParsedLifecyclePolicy,
  signal?: AbortSignal,
): Promise<PlannedImages> {
  const { asksAnnotations: withAnnotations } = policy
  const images = await readSnapshot(services.metadata, repository, { withAnnotations, ...(signal && { signal }) })
  const plan = planLifecycle(policy.compiled, images, services.clock.nowMs())
  const items = await weighItems(services.metadata, repository, toItems(policy, images, plan))
  return { items: items.map((item, position) => ({ ...item, position })), imageCount: images.length }
}

function toItems(policy: ParsedLifecyclePolicy, images: readonly LifecycleImage[], plan: LifecyclePlan): PlanItem[] {
  const wanted = new Set<Digest>([...plan.actions, ...plan.refused].map(({ digest }) => digest))
  const found = new Map(images.filter(({ digest }) => wanted.has(digest)).map((image) => [image.digest, image]))
  const imageOf = ({ digest }: { readonly digest: Digest }) => {
    const image = found.get(digest)
    if (image === undefined) throw new Error(`a plan names ${digest}, which the snapshot does not have`)
    return { ...image, tags: image.tags.map(({ tag }) => tag).sort() }
  }
  const reason = (rule: number) => ruleReason(policy.compiled, rule)
  return [
    ...plan.actions.map((action) => planItem(imageOf(action), decisionOf(action, reason))),
    ...plan.refused.map((refused) => refusedItem(imageOf(refused), refused, reason)),
  ]
}

function decisionOf(action: PlannedAction, reason: (rule: number) => string) {
  const along = action.because
  const why =
    along === undefined ? reason(action.rule) : `It goes as a ${along.as} of ${along.of}: ${reason(action.rule)}`
  const tag = action.action === 'untag' && { tag: action.tag }
  return { action: action.action, rule: action.rule, why, isAlong: along !== undefined, ...tag }
}

function refusedItem(
  image: Parameters<typeof planItem>[0],
  { rule, tag, why }: RefusedAction,
  reason: (rule: number) => string,
): PlanItem {
  const item = planItem(image, {
    action: tag === undefined ? 'expire' : 'untag',
    rule,
    why: reason(rule),
    ...(tag && { tag }),
  })
  const failure =
    why.code === 'held'
      ? {
          code: 'ImageReferencedByManifestList',
          reason: `Requested image referenced by manifest list: [${why.by.join(', ')}]`,
          digests: why.by,
        }
      : { code: 'ImageLocked', reason: `${why.by} is locked, or a tag on it.` }
  return { ...item, outcome: 'failed', failure }
}
