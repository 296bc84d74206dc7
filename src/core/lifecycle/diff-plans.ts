import type { Digest } from '../digest.ts'
import type { Tag } from '../tag.ts'
import { compareTexts } from './compare-texts.ts'
import type { LifecyclePlan, PlannedAction, RefusedAction } from './lifecycle-plan.ts'
import type { LifecyclePolicy } from './lifecycle-policy.ts'

/** A policy, and the plan that it makes of a snapshot. */
export interface PlannedPolicy {
  readonly policy: LifecyclePolicy
  readonly plan: LifecyclePlan
}

/** What one plan does with an image, or with one of its tags. */
export interface PlannedFate {
  readonly action: PlannedAction['action']
  /** The rule's name in its own policy. */
  readonly rule: string
  readonly because: PlannedAction['because']
}

export interface PlanDifference {
  /**
   * `goes`: what stayed is expired, archived or untagged. `stays`: the other way round. `action`: something else is done
   * with it. `rule`: the same is done by another rule. `refused`: it stays both times, and one of the rules would have it.
   */
  readonly change: 'goes' | 'stays' | 'action' | 'rule' | 'refused'
  readonly digest: Digest
  /** Of what is done with one tag. */
  readonly tag: Tag | undefined
  /** Undefined: it stays. */
  readonly before: PlannedFate | undefined
  readonly after: PlannedFate | undefined
  /** What a rule hit and could not have, by the two plans. */
  readonly refusedBefore: RefusedAction['why'] | undefined
  readonly refusedAfter: RefusedAction['why'] | undefined
}

const CHANGES: readonly PlanDifference['change'][] = ['goes', 'action', 'stays', 'rule', 'refused']

/**
 * What a changed policy would do differently. Rules are the same if their names are, as their priorities move when
 * another is put before them; the default names are made of priorities, and move too. Tags of an image that a plan
 * expires are passed over: they go with it.
 *
 * @param before and `after`: of the same snapshot, at the same instant; otherwise the difference is that of the snapshots
 * @returns in the order `goes`, `action`, `stays`, `rule`, `refused`; each by digest and tag
 */
export function diffPlans(before: PlannedPolicy, after: PlannedPolicy): PlanDifference[] {
  const [old, young] = [fatesOf(before), fatesOf(after)]
  const keys = new Set([...old.fates.keys(), ...young.fates.keys()])
  const differences = [...keys].flatMap((key) => differenceOf(key, old, young) ?? [])
  return differences.sort(
    (a, b) =>
      CHANGES.indexOf(a.change) - CHANGES.indexOf(b.change) ||
      compareTexts(a.digest, b.digest) ||
      compareTexts(a.tag, b.tag),
  )
}

interface Fate {
  readonly digest: Digest
  readonly tag: Tag | undefined
  readonly planned: PlannedFate | undefined
  readonly refused: { readonly why: RefusedAction['why']; readonly rule: string } | undefined
}

interface Fates {
  readonly fates: ReadonlyMap<string, Fate>
  readonly expired: ReadonlySet<Digest>
}

function fatesOf({ policy, plan }: PlannedPolicy): Fates {
  const names = new Map(policy.rules.map(({ priority, name }) => [priority, name]))
  const nameOf = (rule: number) => names.get(rule) ?? `rule ${rule}`
  const fates = new Map<string, Fate>()
  for (const { digest, tag, rule, why } of plan.refused) {
    const refused = { why, rule: nameOf(rule) }
    fates.set(keyOf(digest, tag), { digest, tag, planned: undefined, refused })
  }
  const expired = new Set<Digest>()
  for (const action of plan.actions) {
    if (action.action === 'expire') expired.add(action.digest)
    const tag = action.action === 'untag' ? action.tag : undefined
    const planned = { action: action.action, rule: nameOf(action.rule), because: action.because }
    fates.set(keyOf(action.digest, tag), { digest: action.digest, tag, planned, refused: undefined })
  }
  return { fates, expired }
}

function differenceOf(key: string, old: Fates, young: Fates): PlanDifference | undefined {
  const before = old.fates.get(key)
  const after = young.fates.get(key)
  const known = before ?? after
  if (known === undefined) return undefined
  const { digest, tag } = known
  if (tag !== undefined && (old.expired.has(digest) || young.expired.has(digest))) return undefined
  const change = changeOf(before, after)
  return (
    change && {
      change,
      digest,
      tag,
      before: before?.planned,
      after: after?.planned,
      refusedBefore: before?.refused?.why,
      refusedAfter: after?.refused?.why,
    }
  )
}

function changeOf(before: Fate | undefined, after: Fate | undefined): PlanDifference['change'] | undefined {
  const [old, young] = [before?.planned, after?.planned]
  if (old === undefined && young === undefined) {
    return before?.refused?.rule === after?.refused?.rule ? undefined : 'refused'
  }
  if (old === undefined) return 'goes'
  if (young === undefined) return 'stays'
  if (old.action !== young.action) return 'action'
  return old.rule === young.rule ? undefined : 'rule'
}

function keyOf(digest: Digest, tag: Tag | undefined): string {
  return tag === undefined ? digest : `${digest} ${tag}`
}
