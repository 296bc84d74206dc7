import type { LifecycleRule, Order } from './lifecycle-policy.ts'
import type { RuleItems } from './rule-items.ts'
import { Line, type Standing, standingsOf } from './rule-standing.ts'

/** What a rule that selects an item sees of it. */
export interface Sight {
  readonly rule: LifecycleRule
  /** `hit`, or `rest`: selected, and not hit. */
  readonly standing: Exclude<Standing, 'out'>
  /**
   * When its condition fits: from the instant after `atMs` on, Unix time in milliseconds; or for as long as its position,
   * from 1, is above `count`. Undefined where it has no condition, or the item never fits it as it is.
   */
  readonly when:
    | { readonly type: 'at'; readonly atMs: number }
    | { readonly type: 'beyond'; readonly position: number; readonly count: number; readonly order: Order }
    | undefined
}

interface Question {
  readonly rules: readonly LifecycleRule[]
  readonly nowMs: number
  readonly item: number
}

/** Of the rules up to the one that decides, in their order; those that do not select it see nothing. */
export function sightsOf(items: RuleItems, { rules, nowMs, item }: Question): Sight[] {
  const sights: Sight[] = []
  for (const rule of rules) {
    const standing = standingsOf(items, rule, nowMs)(item)
    if (standing === 'out') continue
    sights.push({ rule, standing, when: whenOf(items, rule, item) })
    if (standing === 'hit' || rule.rest === 'keep') break
  }
  return sights
}

function whenOf(items: RuleItems, rule: LifecycleRule, item: number): Sight['when'] {
  const { condition } = rule
  if (condition === undefined) return undefined
  if (condition.type === 'older-than') {
    const sinceMs = items.clockMs(item, condition.since)
    return Number.isNaN(sinceMs) ? undefined : { type: 'at', atMs: sinceMs + condition.ageMs }
  }
  const { count, order } = condition
  const line = new Line(items, rule, order)
  return line.isCounted(item) ? { type: 'beyond', position: line.positionOf(item), count, order } : undefined
}
