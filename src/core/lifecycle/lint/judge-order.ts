import type { LadingCondition } from '../lading/lading-policy.ts'
import { type Cell, cellsOf, coversCell } from './cells.ts'
import { decidesAll, type JudgedRule } from './judged-rule.ts'
import { type LintFinding, lintError, lintWarning } from './lint-finding.ts'
import type { TagLogic } from './tag-logic.ts'

/**
 * Whether earlier rules leave a rule anything to do. What is found is certain: every image that the rule selects (or
 * hits) is one that a rule before it decides on (or hits), whatever is in the repository. A rule that several others
 * cover together is found when each covers a whole cell of it.
 */
export function judgeOrder(logic: TagLogic, rule: JudgedRule, earlier: readonly JudgedRule[]): LintFinding[] {
  const cells = cellsOf(logic, rule).filter(({ isTagged }) => isTagged || rule.action !== 'untag')
  if (cells.length === 0) return []
  const deciding = coversOf(logic, { rule, cells, by: earlier.filter((each) => decidesFor(logic, each, rule)) })
  if (deciding !== undefined) {
    return [
      lintError(rule, 'dead-rule', `It never decides on anything: ${named(deciding)} decided on all that it selects.`),
    ]
  }
  const hitting = hittersOf(logic, { rule, cells, earlier })
  if (hitting === undefined) return []
  const effect = rule.rest === 'keep' ? 'it does nothing but keep the rest' : 'it has no effect'
  return [lintWarning(rule, 'shadowed-rule', `All that it hits ${named(hitting)} hit before; ${effect}.`)]
}

/** Rules about images, and about tags, decide for their like; and no tag is taken off an image that a rule keeps. */
function decidesFor(logic: TagLogic, earlier: JudgedRule, rule: JudgedRule): boolean {
  if (!decidesAll(earlier)) return false
  return coversKind(logic, earlier, rule) || (rule.action === 'untag' && earlier.action === 'keep')
}

function coversKind(logic: TagLogic, earlier: JudgedRule, rule: JudgedRule): boolean {
  if (earlier.action !== 'untag') return rule.action !== 'untag'
  if (rule.action !== 'untag') return false
  return earlier.tag === undefined || (rule.tag !== undefined && logic.implies(rule.tag, earlier.tag))
}

/** The fewest first found of `by` that cover all the cells; undefined if one is not covered. */
function coversOf(
  logic: TagLogic,
  { rule, cells, by }: { rule: JudgedRule; cells: readonly Cell[]; by: readonly JudgedRule[] },
): readonly JudgedRule[] | undefined {
  const found = new Set<JudgedRule>()
  for (const cell of cells) {
    const outer = by.find((each) => coversCell(logic, { outer: each, inner: rule, cell }))
    if (outer === undefined) return undefined
    found.add(outer)
  }
  return [...found]
}

/**
 * Ages may be covered by a rule for each cell. A window has to be within one other: what is beyond `count` of a part is
 * beyond `count` of the whole.
 */
function hittersOf(
  logic: TagLogic,
  { rule, cells, earlier }: { rule: JudgedRule; cells: readonly Cell[]; earlier: readonly JudgedRule[] },
): readonly JudgedRule[] | undefined {
  const by = earlier.filter((each) => coversKind(logic, each, rule) && isWithin(rule.when, each.when))
  if (rule.when !== undefined && 'olderThan' in rule.when) return coversOf(logic, { rule, cells, by })
  for (const one of by) {
    const hitters = coversOf(logic, { rule, cells, by: [one] })
    if (hitters !== undefined) return hitters
  }
  return undefined
}

/** Whether the condition of the same images holds of no more of them. */
function isWithin(inner: LadingCondition | undefined, outer: LadingCondition | undefined): boolean {
  if (outer === undefined) return true
  if (inner === undefined) return false
  if ('olderThan' in inner) {
    if (!('olderThan' in outer) || inner.olderThan.since !== outer.olderThan.since) return false
    return hoursOf(inner) >= hoursOf(outer)
  }
  return 'beyond' in outer && inner.beyond.by === outer.beyond.by && inner.beyond.count >= outer.beyond.count
}

function hoursOf({ olderThan }: Extract<LadingCondition, { olderThan: unknown }>): number {
  return 'days' in olderThan ? olderThan.days * 24 : olderThan.hours
}

function named(rules: readonly JudgedRule[]): string {
  const names = rules.map(({ name }) => name).join(' and ')
  return rules.length === 1 ? `rule ${names}` : `rules ${names}`
}
