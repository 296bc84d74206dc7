import type { Digest } from '../../core/digest.ts'
import { heldBy } from '../../core/lifecycle/held-by.ts'
import type { LifecyclePlan, PlannedAction, RefusedAction } from '../../core/lifecycle/lifecycle-plan.ts'
import type { LifecyclePolicy } from '../../core/lifecycle/lifecycle-policy.ts'
import { ruleReason } from '../../core/lifecycle/rule-reason.ts'
import { type BuildLinks, buildLinksOf } from '../../core/tags/build-links.ts'
import type { EcrImage } from './read-images.ts'

/** One line of a plan that was made here: what the management API's have, as far as another registry tells. */
export interface EcrItem {
  readonly position: number
  readonly action: PlannedAction['action']
  readonly digest: Digest
  readonly tag?: string
  readonly rule: number
  readonly why: string
  readonly tags: readonly string[]
  readonly mediaType: string
  readonly pushedAt: string
  readonly lastPulledAt?: string
  readonly storageClass: EcrImage['storageClass']
  readonly imageSizeBytes: number
  readonly outcome: 'planned' | 'refused'
  readonly failure?: { readonly code: string; readonly reason: string }
  /** Where its manifest was read and says any. */
  readonly buildLinks?: BuildLinks
}

/** @param images every image that the plan names */
export function ecrItems(
  policy: LifecyclePolicy,
  plan: LifecyclePlan,
  images: ReadonlyMap<Digest, EcrImage>,
): EcrItem[] {
  const decisions: Decision[] = [
    ...plan.actions.map((action) => plannedDecision(policy, action)),
    ...plan.refused.map((refused) => refusedDecision(policy, refused)),
  ]
  return decisions.flatMap((decision, position): EcrItem[] => {
    const image = images.get(decision.digest)
    return image === undefined ? [] : [{ position, ...decision, ...factsOf(image) }]
  })
}

type Decision = Pick<EcrItem, 'action' | 'digest' | 'tag' | 'rule' | 'why' | 'outcome' | 'failure'>

function plannedDecision(policy: LifecyclePolicy, planned: PlannedAction): Decision {
  const { action, digest, rule, because } = planned
  const reason = ruleReason(policy, rule)
  const why = because === undefined ? reason : `It goes as a ${because.as} of ${because.of}: ${reason}`
  const tag = planned.action === 'untag' ? { tag: planned.tag } : {}
  return { action, digest, ...tag, rule, why, outcome: 'planned' }
}

function refusedDecision(policy: LifecyclePolicy, { digest, tag, rule, why }: RefusedAction): Decision {
  const action = policy.rules.find(({ priority }) => priority === rule)?.action
  return {
    action: action === undefined || action === 'keep' ? 'expire' : action,
    digest,
    ...(tag !== undefined && { tag }),
    rule,
    why: ruleReason(policy, rule),
    outcome: 'refused',
    failure: failureOf(why),
  }
}

/** ecr.md 1.0; a lock there is none. */
function failureOf(why: RefusedAction['why']): NonNullable<EcrItem['failure']> {
  if (why.code === 'locked') return { code: 'ImageLocked', reason: `${why.by} is locked, or a tag on it.` }
  const { code, reason } = heldBy(why.by)
  return { code, reason }
}

function factsOf(image: EcrImage) {
  const { mediaType, pushedAtMs, lastPulledAtMs, storageClass, imageSizeBytes, annotations } = image
  const buildLinks = buildLinksOf(annotations)
  return {
    tags: image.tags.map(({ tag }) => tag).sort(),
    mediaType,
    pushedAt: new Date(pushedAtMs).toISOString(),
    ...(lastPulledAtMs !== undefined && { lastPulledAt: new Date(lastPulledAtMs).toISOString() }),
    storageClass,
    imageSizeBytes,
    ...(Object.keys(buildLinks).length > 0 && { buildLinks }),
  }
}
