import type { Digest } from '../../core/digest.ts'
import { heldBy } from '../../core/lifecycle/held-by.ts'
import type { LifecycleImage } from '../../core/lifecycle/lifecycle-image.ts'
import type { LifecyclePlan, PlannedAction, RefusedAction } from '../../core/lifecycle/lifecycle-plan.ts'
import type { ParsedLifecyclePolicy } from '../../core/lifecycle/parse-lifecycle-policy.ts'
import { planSteps } from '../../core/lifecycle/plan-lifecycle.ts'
import { ruleReason } from '../../core/lifecycle/rule-reason.ts'
import type { PlanItem } from '../../ports/metadata/plans.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Services } from '../context.ts'
import { type LockedPlace, lockNotes } from '../locks/refuse-locked.ts'
import { inTurns, nextTurn } from '../next-turn.ts'
import { planItem } from '../plans/plan-item.ts'
import { weighItems } from '../plans/weigh-items.ts'
import { matchAhead } from './match-ahead.ts'
import { readSnapshot } from './read-snapshot.ts'

/** How many items are made before everything else has its turn. */
const AT_ONCE = 1000

export interface PlannedImages {
  /** In the order in which they are done, those that cannot be done behind the others. */
  readonly items: readonly PlanItem[]
  readonly imageCount: number
}

/** What a policy would do with a repository now. Reads, and changes nothing. */
export async function planImages(
  services: Services,
  repository: Repository,
  given: ParsedLifecyclePolicy,
  signal?: AbortSignal,
): Promise<PlannedImages> {
  const { asksAnnotations: withAnnotations } = given
  const images = await readSnapshot(services.metadata, repository, { withAnnotations, ...(signal && { signal }) })
  const policy = await matchAhead(services, given, images, signal)
  const plan = await inTurns(planSteps(policy.compiled, images, services.clock.nowMs()), signal)
  await nextTurn()
  const items = await toItems(policy, images, plan, { transaction: services.metadata, repository })
  return { items: await weighItems(services.metadata, repository, items), imageCount: images.length }
}

async function toItems(
  policy: ParsedLifecyclePolicy,
  images: readonly LifecycleImage[],
  plan: LifecyclePlan,
  place: LockedPlace,
): Promise<PlanItem[]> {
  const wanted = new Set<Digest>()
  for (const { digest } of plan.actions) wanted.add(digest)
  for (const { digest, why } of plan.refused) {
    wanted.add(digest)
    if (why.code === 'locked') wanted.add(why.by)
  }
  const found = new Map<Digest, LifecycleImage>()
  for (const image of images) if (wanted.has(image.digest)) found.set(image.digest, image)
  const imageOf = ({ digest }: { readonly digest: Digest }) => {
    const image = found.get(digest)
    if (image === undefined) throw new Error(`a plan names ${digest}, which the snapshot does not have`)
    return { ...image, tags: image.tags.map(({ tag }) => tag).sort() }
  }
  const locks = new Map<Digest, string>()
  const lockOf = async (locked: Digest) => {
    const tags = found.get(locked)?.tags.map(({ tag }) => tag) ?? []
    // One that was taken off since the snapshot has nobody to ask any more.
    const note = locks.get(locked) ?? (await lockNotes(place, [locked, ...tags])) ?? `${locked} was locked.`
    locks.set(locked, note)
    return note
  }
  const reason = (rule: number) => ruleReason(policy.compiled, rule)
  const items: PlanItem[] = []
  const add = async (item: PlanItem) => {
    items.push({ ...item, position: items.length })
    if (items.length % AT_ONCE === 0) await nextTurn()
  }
  for (const action of plan.actions) await add(planItem(imageOf(action), decisionOf(action, reason)))
  for (const refused of plan.refused) {
    const failure =
      refused.why.code === 'held'
        ? heldBy(refused.why.by)
        : { code: 'ImageLocked', reason: await lockOf(refused.why.by) }
    await add({ ...refusedItem(imageOf(refused), refused, reason), failure })
  }
  return items
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
  { rule, tag }: RefusedAction,
  reason: (rule: number) => string,
): PlanItem {
  const action = tag === undefined ? 'expire' : 'untag'
  return { ...planItem(image, { action, rule, why: reason(rule), ...(tag && { tag }) }), outcome: 'failed' }
}
