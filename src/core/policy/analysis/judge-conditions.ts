import { conditionKeyTypeOf, isClaimKey } from '../catalogue/condition-key-type-of.ts'
import { shown } from '../malformed-policy.ts'
import { hasVariables, type PolicyCondition } from '../policy-document.ts'
import { judgeArn } from './judge-resources.ts'
import { type JudgedStatement, type PolicyFinding, suggestion, warning } from './policy-finding.ts'

export function judgeConditions(judged: JudgedStatement): PolicyFinding[] {
  return judged.statement.conditions.flatMap((condition) => {
    const place = `${judged.where}.Condition.${condition.operator.name}`
    return [
      ...judgeKey(condition, place),
      ...judgeSet(condition, place, judged),
      ...judgeValues(condition, place, judged),
    ]
  })
}

function judgeKey({ key, operator }: PolicyCondition, place: string): PolicyFinding[] {
  const type = conditionKeyTypeOf(key)
  if (type === undefined) {
    if (isClaimKey(key)) return []
    return [warning('unknown-condition-key', place, `there is no condition key ${shown(key)}: it has never a value`)]
  }
  const isJsonList = type.startsWith('ArrayOf')
  if (operator.comparison === 'null' || isJsonList === (operator.set !== undefined)) return []
  if (!isJsonList) {
    return [
      suggestion(
        'set-operator-for-single-value',
        place,
        `${key} has one value: ForAnyValue and ForAllValues are for lists`,
      ),
    ]
  }
  return [
    warning(
      'list-without-set-operator',
      place,
      `${key} is a list: without ForAnyValue or ForAllValues it compares with nothing`,
    ),
  ]
}

/** Without the key, `ForAllValues` holds: an Allow is then about everybody who leaves it out. */
function judgeSet({ key, operator }: PolicyCondition, place: string, { statement }: JudgedStatement): PolicyFinding[] {
  if (operator.set !== 'all' || statement.effect !== 'Allow') return []
  const isRequired = statement.conditions.some(
    (other) =>
      other.operator.comparison === 'null' &&
      other.key.toLowerCase() === key.toLowerCase() &&
      other.values.every((value) => value.toLowerCase() === 'false'),
  )
  if (isRequired) return []
  return [
    warning(
      'for-all-values-allows-none',
      place,
      `ForAllValues holds when there is no ${key} at all; add {"Null": {"${key}": "false"}} to require one`,
    ),
  ]
}

function judgeValues(
  { operator, values }: PolicyCondition,
  place: string,
  { document }: JudgedStatement,
): PolicyFinding[] {
  const { comparison } = operator
  const isText = comparison.startsWith('string-equals')
  return values.flatMap((value, index) => {
    const findings: PolicyFinding[] = []
    if (isText && hasWildcard(value, hasVariables(document))) {
      findings.push(
        warning(
          'wildcard-in-equals',
          place,
          `in ${shown(value)} "*" and "?" stand for themselves; for wildcards use StringLike`,
        ),
      )
    }
    if (comparison === 'arn') findings.push(...judgeArn(value, place, hasVariables(document)))
    if (values.indexOf(value) < index) {
      findings.push(suggestion('redundant-value', place, `${shown(value)} is there twice`))
    }
    return findings
  })
}

/** Escaped ones are meant. */
function hasWildcard(value: string, canVary: boolean): boolean {
  return /[*?]/.test(canVary ? value.replace(/\$\{[*?]\}/g, '') : value)
}
