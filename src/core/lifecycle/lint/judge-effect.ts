import type { LadingClock, LadingCondition, LadingOrder } from '../lading/lading-policy.ts'
import { cellsOf } from './cells.ts'
import type { JudgedRule } from './judged-rule.ts'
import { type LintFinding, lintError, lintWarning } from './lint-finding.ts'
import type { TagLogic } from './tag-logic.ts'

/** Rules that do nothing whatever is in the repository, and whatever the other rules are. */
export function judgeEffect(logic: TagLogic, rule: JudgedRule): LintFinding[] {
  const cells = cellsOf(logic, rule)
  if (cells.length === 0) return [lintError(rule, 'never-selects', whySelectsNone(rule))]
  const why = whyHitsNone(logic, rule, {
    hasTagged: cells.some(({ isTagged }) => isTagged),
    hasUntagged: cells.some(({ isTagged }) => !isTagged),
  })
  if (why === undefined) return []
  if (rule.rest === 'keep') {
    return [lintWarning(rule, 'never-hits', `${why} So it does nothing but keep what it selects.`)]
  }
  return [lintError(rule, 'never-hits', why)]
}

function whySelectsNone({ select }: JudgedRule): string {
  if (select.tags !== undefined && select.tagged === false) {
    return 'It selects nothing: images without tags whose tags fit an expression.'
  }
  return 'It selects nothing: no tags fit its expression.'
}

function whyHitsNone(
  logic: TagLogic,
  rule: JudgedRule,
  { hasTagged, hasUntagged }: { hasTagged: boolean; hasUntagged: boolean },
): string | undefined {
  const { action, tag, when, select } = rule
  if (action === 'untag' && !hasTagged) return 'It takes tags off images that have none.'
  if (action === 'untag' && tag !== undefined && logic.isNever(tag))
    return 'It hits nothing: no tag fits its expression.'
  if (action === 'archive' && select.storageClass === 'archive') return 'It archives what is archived already.'
  const clock = when && clockOf(when)
  if (clock === 'untagged' && !hasUntagged)
    return 'It hits nothing: what has a tag has no time since which it is untagged.'
  if (clock === 'tagged' && !hasTagged) return 'It hits nothing: what has no tag has no time since which it is tagged.'
  if (clock === 'semver' && !hasTagged) return 'It hits nothing: what has no tag has no version.'
  return undefined
}

function clockOf(when: LadingCondition): LadingClock | LadingOrder {
  if ('olderThan' in when) return when.olderThan.since
  if ('newerThan' in when) return when.newerThan.since
  return 'beyond' in when ? when.beyond.by : when.within.by
}
