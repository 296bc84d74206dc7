import type { LifecycleRule, Order } from './lifecycle-policy.ts'
import { canBeHit, type RuleItems } from './rule-items.ts'
import { Line, type Standing, standingsOf } from './rule-standing.ts'

/** What a rule that selects an item sees of it. */
export interface Sight {
  readonly rule: LifecycleRule
  /** `hit`, or `rest`: selected, and not hit. */
  readonly standing: Exclude<Standing, 'out'>
  /** Whether it is in the archive, where the rule would put it: so it is not hit, whatever the condition says. */
  readonly isDone: boolean
  /** Undefined where the rule has no condition, or the item never fits it as it is. */
  readonly when: SightedTime | SightedPlace | undefined
}

/** The condition fits from the instant after `atMs` on, or until `atMs`, Unix time in milliseconds. */
export interface SightedTime {
  readonly type: 'at' | 'until'
  readonly atMs: number
}

/** The condition fits for as long as the position, from 1, is above `count`, or is not. */
export interface SightedPlace {
  readonly type: 'beyond' | 'within'
  readonly position: number
  readonly count: number
  readonly order: Order
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
    sights.push({ rule, standing, isDone: !canBeHit(items, item, rule), when: whenOf(items, rule, item) })
    if (standing === 'hit' || rule.rest === 'keep') break
  }
  return sights
}

function whenOf(items: RuleItems, rule: LifecycleRule, item: number): Sight['when'] {
  const { condition } = rule
  if (condition === undefined) return undefined
  if ('since' in condition) {
    const sinceMs = items.clockMs(item, condition.since)
    if (Number.isNaN(sinceMs)) return undefined
    return { type: condition.type === 'older-than' ? 'at' : 'until', atMs: sinceMs + condition.ageMs }
  }
  const { type, count, order } = condition
  const line = new Line(items, rule, order)
  return line.isCounted(item) ? { type, position: line.positionOf(item), count, order } : undefined
}
