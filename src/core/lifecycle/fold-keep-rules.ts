import type { LadingCondition, LadingRule, LadingSelection } from './lading/lading-policy.ts'
import { priorityOf } from './lading/rule-defaults.ts'

/**
 * A rule that keeps the first, or the young, of what it selects, and behind it one that takes all of the same, say what
 * one rule says that takes the others and keeps the rest; it has the priority of the second. Each rule has its priority
 * afterwards.
 *
 * Only by clocks that run for every image: what another clock does not run for, the two rules take and the one does not.
 */
export function foldKeepRules(rules: readonly LadingRule[]): LadingRule[] {
  const folded: LadingRule[] = []
  for (const [index, rule] of rules.entries()) {
    const numbered = { ...rule, priority: priorityOf(rule, index) }
    const before = folded.at(-1)
    const when = before && keptBefore(before, rule)
    if (before === undefined || when === undefined) {
      folded.push(numbered)
      continue
    }
    const description = rule.description ?? before.description
    folded[folded.length - 1] = { ...numbered, ...(description !== undefined && { description }), when, rest: 'keep' }
  }
  return folded
}

/** The condition that the second would have by itself; undefined where they are not such a pair. */
function keptBefore(keeping: LadingRule, taking: LadingRule): LadingCondition | undefined {
  if (keeping.action !== 'keep' || keeping.rest === 'keep' || keeping.when === undefined) return undefined
  if (!takesAll(taking) || !isSame(keeping.select, taking.select)) return undefined
  return oppositeOf(keeping.when)
}

/** What is in the archive already is left to later rules by one that archives. */
function takesAll({ action, when, select }: LadingRule): boolean {
  if (when !== undefined) return false
  return action === 'expire' || (action === 'archive' && select.storageClass === 'standard')
}

function oppositeOf(when: LadingCondition): LadingCondition | undefined {
  if ('within' in when) return runsAlways(when.within.by) ? { beyond: when.within } : undefined
  if ('newerThan' in when) return runsAlways(when.newerThan.since) ? { olderThan: when.newerThan } : undefined
  return undefined
}

function runsAlways(clock: string): boolean {
  return clock === 'pushed' || clock === 'pulled'
}

/** By their text, but for the order of the members. */
function isSame(a: LadingSelection, b: LadingSelection): boolean {
  return textOf(a) === textOf(b)
}

function textOf(select: LadingSelection): string {
  return JSON.stringify(Object.entries(select).sort(([a], [b]) => (a < b ? -1 : 1)))
}
