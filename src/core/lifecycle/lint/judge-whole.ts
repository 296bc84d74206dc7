import { CELLS, type Cell, cellsOf, isWholeCell, TAGGED_STANDARD } from './cells.ts'
import { type JudgedRule, keepsSome } from './judged-rule.ts'
import { type LintFinding, lintError, lintWarning } from './lint-finding.ts'
import type { TagLogic } from './tag-logic.ts'

/** Policies after which nothing is left, at once or when nothing is pushed for a while. */
export function judgeWhole(logic: TagLogic, rules: readonly JudgedRule[]): LintFinding[] {
  const last = lastOfAll(
    CELLS.map((cell) => emptierOf(logic, rules, { cell, isHit: ({ when }) => when === undefined, keeps: keepsSome })),
  )
  if (last !== undefined) return [lintError(last, 'expires-everything', 'With it the policy expires every image.')]
  const emptier = emptierOf(logic, rules, {
    cell: TAGGED_STANDARD,
    isHit: (rule) => hasPushedAge(rule) || (rule.when === undefined && isAfterYoung(rules, rule)),
    keeps: (rule) => keepsSome(rule) && !keepsYoung(rule),
  })
  if (emptier === undefined) return []
  const message =
    'With it goes every image with a tag that is old enough: a repository to which nothing is pushed for that long is empty then. Expected a rule before it that keeps some, as by a count.'
  return [lintWarning(emptier, 'empties-repository', message)]
}

interface Emptying {
  readonly cell: Cell
  readonly isHit: (rule: JudgedRule) => boolean
  readonly keeps: (rule: JudgedRule) => boolean
}

/** The rule that expires all of the cell that it hits, with none before that keeps anything of it. */
function emptierOf(
  logic: TagLogic,
  rules: readonly JudgedRule[],
  { cell, isHit, keeps }: Emptying,
): JudgedRule | undefined {
  for (const rule of rules) {
    if (rule.action === 'expire' && isHit(rule) && isWholeCell(logic, rule, cell)) return rule
    if (keeps(rule) && cellsOf(logic, rule).includes(cell)) return undefined
  }
  return undefined
}

/** Undefined unless each cell has one. Rules come in the order of their priorities. */
function lastOfAll(emptiers: readonly (JudgedRule | undefined)[]): JudgedRule | undefined {
  let last: JudgedRule | undefined
  for (const each of emptiers) {
    if (each === undefined) return undefined
    if (last === undefined || each.priority > last.priority) last = each
  }
  return last
}

function hasPushedAge({ when }: JudgedRule): boolean {
  return when !== undefined && 'olderThan' in when && when.olderThan.since === 'pushed'
}

/** What it keeps it does not keep for long. */
function keepsYoung({ action, rest, when }: JudgedRule): boolean {
  return (
    action === 'keep' &&
    rest === 'next' &&
    when !== undefined &&
    'newerThan' in when &&
    when.newerThan.since === 'pushed'
  )
}

function isAfterYoung(rules: readonly JudgedRule[], rule: JudgedRule): boolean {
  return rules.slice(0, rules.indexOf(rule)).some(keepsYoung)
}
