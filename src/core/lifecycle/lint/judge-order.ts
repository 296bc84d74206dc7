import { type Cell, cellsOf, coversCell } from './cells.ts'
import { isConditionWithin } from './condition-relations.ts'
import type { JudgedRule } from './judged-rule.ts'
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
  const deciders = decidersFor(rule, earlier)
  const by = (cell: Cell) => deciders.filter((each) => decidesOn(logic, { each, rule, cell }))
  const deciding = coversOf(logic, { rule, cells, by })
  if (deciding !== undefined) {
    const message = `It never decides on anything: ${named(deciding)} decided on all that it selects.`
    return [lintError(rule, 'dead-rule', message)]
  }
  const hitting = hittersOf(logic, { rule, cells, earlier })
  if (hitting === undefined || hitting.length === 0) return []
  const effect = rule.rest === 'keep' ? 'it does nothing but keep the rest' : 'it has no effect'
  return [lintWarning(rule, 'shadowed-rule', `All that it hits ${named(hitting)} hit before; ${effect}.`)]
}

interface Ordered {
  readonly each: JudgedRule
  readonly rule: JudgedRule
  readonly cell: Cell
}

/** Whether the earlier rule decides on all of the cell that it selects, for the other too. */
function decidesOn(logic: TagLogic, { each, rule, cell }: Ordered): boolean {
  const decidesAll = each.rest === 'keep' || (each.when === undefined && canHit(each, cell))
  return decidesAll && (isOfKind(logic, each, rule) || (rule.action === 'untag' && each.action === 'keep'))
}

/**
 * The rules that may leave another nothing to decide on. A rule that keeps images keeps their tags, but not those of what
 * a rule before it has archived, or would have expired.
 */
function decidersFor(rule: JudgedRule, earlier: readonly JudgedRule[]): readonly JudgedRule[] {
  if (rule.action !== 'untag') return earlier
  const taking = earlier.findIndex(({ action }) => action === 'expire' || action === 'archive')
  return earlier.filter(({ action }, index) => action === 'untag' || taking === -1 || index < taking)
}

/** What is in the archive is archived by no rule. */
function canHit({ action }: JudgedRule, { storageClass }: Cell): boolean {
  return action !== 'archive' || storageClass === 'standard'
}

/** Whether both are about images, or both about tags, and the earlier about all the tags that the other is about. */
function isOfKind(logic: TagLogic, earlier: JudgedRule, rule: JudgedRule): boolean {
  if (earlier.action !== 'untag') return rule.action !== 'untag'
  if (rule.action !== 'untag') return false
  return earlier.tag === undefined || (rule.tag !== undefined && logic.implies(rule.tag, earlier.tag))
}

interface Covering {
  readonly rule: JudgedRule
  readonly cells: readonly Cell[]
  readonly by: (cell: Cell) => readonly JudgedRule[]
}

/** Of the candidates for each cell the first that covers it; undefined if one is not covered. */
function coversOf(logic: TagLogic, { rule, cells, by }: Covering): readonly JudgedRule[] | undefined {
  const found = new Set<JudgedRule>()
  for (const cell of cells) {
    const outer = by(cell).find((each) => coversCell(logic, { outer: each, inner: rule, cell }))
    if (outer === undefined) return undefined
    found.add(outer)
  }
  return [...found]
}

/**
 * Ages may be covered by a rule for each cell. A window has to be within one other, of whatever it counts: what is beyond
 * `count` of a part is beyond `count` of the whole. What is the first of a part need not be so of the whole, so that both
 * have to be about the same.
 */
function hittersOf(
  logic: TagLogic,
  { rule, cells, earlier }: { rule: JudgedRule; cells: readonly Cell[]; earlier: readonly JudgedRule[] },
): readonly JudgedRule[] | undefined {
  const hitCells = cells.filter((cell) => canHit(rule, cell))
  const able = earlier.filter((each) => isOfKind(logic, each, rule) && isConditionWithin(rule.when, each.when))
  if (rule.when === undefined || 'olderThan' in rule.when || 'newerThan' in rule.when) {
    return coversOf(logic, { rule, cells: hitCells, by: (cell) => able.filter((each) => canHit(each, cell)) })
  }
  for (const one of able.filter((each) => hitCells.every((cell) => canHit(each, cell)))) {
    const hitters = coversOf(logic, { rule, cells, by: () => [one] })
    if (hitters === undefined) continue
    if ('beyond' in rule.when || one.when === undefined || isNoWider(logic, one, rule)) return hitters
  }
  return undefined
}

/** Whether the first rule counts nothing that the other does not count. */
function isNoWider(logic: TagLogic, one: JudgedRule, rule: JudgedRule): boolean {
  const cells = cellsOf(logic, one).filter(({ isTagged }) => isTagged || one.action !== 'untag')
  return isOfKind(logic, rule, one) && coversOf(logic, { rule: one, cells, by: () => [rule] }) !== undefined
}

function named(rules: readonly JudgedRule[]): string {
  const names = rules.map(({ name }) => name).join(' and ')
  return rules.length === 1 ? `rule ${names}` : `rules ${names}`
}
