import { arrangeActions } from './arrange-actions.ts'
import { compareTexts } from './compare-texts.ts'
import { type Decisions, decideImages } from './decide-images.ts'
import type { Outcome } from './fates.ts'
import type { LifecycleImage } from './lifecycle-image.ts'
import type { LifecyclePlan, PlannedAction, RefusedAction } from './lifecycle-plan.ts'
import type { LifecyclePolicy } from './lifecycle-policy.ts'
import { planManifests } from './plan-manifests.ts'
import { planUnits } from './plan-units.ts'
import { Snapshot } from './snapshot.ts'
import { type TagOutcome, takeTags } from './take-tags.ts'

/**
 * What a policy would do with a repository (docs/adr/0005). The same for every order of `images`; takes time in
 * proportion to the images, their tags and edges, and for a window to the logarithm of its count.
 *
 * @param nowMs Unix time in milliseconds
 * @returns tags first, then manifests: an index before what it holds
 */
export function planLifecycle(policy: LifecyclePolicy, images: Iterable<LifecycleImage>, nowMs: number): LifecyclePlan {
  return resultOf(planSteps(policy, images, nowMs))
}

/** The same, which yields a few times in between, so that others may have their turn: of a million images it takes a second. */
export function* planSteps(
  policy: LifecyclePolicy,
  images: Iterable<LifecycleImage>,
  nowMs: number,
): Generator<void, LifecyclePlan> {
  const { snapshot, decisions, outcome, tags } = yield* judgeSteps(policy, images, nowMs)
  yield
  const actions: PlannedAction[] = arrangeActions(snapshot, outcome.fates, decisions.images)
  const refused = outcome.refused.map(({ index, taker, why }): RefusedAction => {
    return { digest: snapshot.at(index).digest, rule: decisions.images.ruleOf(taker)?.priority ?? 0, why }
  })
  return {
    actions: tags.actions.length === 0 ? actions : [...tags.actions, ...actions],
    refused: [...refused, ...tags.refused].sort(byDigestAndTag),
  }
}

export interface JudgedSnapshot {
  readonly snapshot: Snapshot
  readonly decisions: Decisions
  readonly outcome: Outcome
  readonly tags: TagOutcome
}

/** What stands behind a plan, for whoever explains one. */
export function judgeSnapshot(
  policy: LifecyclePolicy,
  images: Iterable<LifecycleImage>,
  nowMs: number,
): JudgedSnapshot {
  return resultOf(judgeSteps(policy, images, nowMs))
}

/** The same, which yields as `planSteps` does. */
export function* judgeSteps(
  policy: LifecyclePolicy,
  images: Iterable<LifecycleImage>,
  nowMs: number,
): Generator<void, JudgedSnapshot> {
  const snapshot = new Snapshot(policy.unit, images, nowMs)
  const decisions = yield* decideImages(policy, snapshot)
  yield
  const plan = policy.unit === 'manifest' ? planManifests : planUnits
  const outcome = plan(snapshot, decisions.images)
  return { snapshot, decisions, outcome, tags: takeTags(snapshot, decisions, outcome.fates) }
}

function resultOf<Result>(steps: Generator<void, Result>): Result {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

function byDigestAndTag(a: RefusedAction, b: RefusedAction): number {
  return compareTexts(a.digest, b.digest) || compareTexts(a.tag, b.tag)
}
