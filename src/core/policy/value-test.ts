import { isInRange, parseIpRange } from '../ip-address.ts'
import { compileArnPattern } from './arn-pattern.ts'
import type { ConditionOperator, Relation } from './condition-operator.ts'
import type { Evaluation } from './evaluation.ts'
import { parseDecimal } from './parse-decimal.ts'
import { parseInstant } from './parse-instant.ts'
import { type BoundTest, textTest, type ValueTest } from './text-test.ts'

type ValueOperator = ConditionOperator & { readonly comparison: Exclude<ConditionOperator['comparison'], 'null'> }

/** Reading the request's value: a number, a date, an address. */
const READ_STEPS = 150
/** Comparing it with one value of the policy. */
const COMPARE_STEPS = 4
const IN_RANGE_STEPS = 20
/** Of a text that is not in lower case, and has to be. */
const CHAR_OF_LOWER_CASE = 3

/**
 * @throws {RangeError} if a value is not what the operator compares: policies are checked when they are read
 * @throws {PatternError}
 */
export function compileValueTest(operator: ValueOperator, values: readonly string[], hasVariables: boolean): ValueTest {
  switch (operator.comparison) {
    case 'string-equals':
      return textTest(values, { hasVariables, hasWildcards: false })
    case 'string-like':
      return textTest(values, { hasVariables, hasWildcards: true })
    case 'string-equals-ignoring-case':
      return caselessTest(values, hasVariables)
    case 'bool':
      return caselessTest(values, hasVariables)
    case 'binary':
      return textTest(values, { hasVariables: false, hasWildcards: false })
    case 'arn':
      return arnTest(values, hasVariables)
    case 'numeric':
      return orderTest(values.map(checkedBy(parseDecimal)), { read: parseDecimal, relation: operator.relation })
    case 'date':
      return orderTest(values.map(checkedBy(parseInstant)), {
        read: (text, evaluation) => evaluation.instantOf(text),
        relation: operator.relation,
      })
    case 'ip':
      return rangeTest(values)
  }
}

/** Also of booleans, which may be written `True`. */
function caselessTest(values: readonly string[], hasVariables: boolean): ValueTest {
  const test = textTest(values, { hasVariables, hasWildcards: false, isCaseless: true })
  return {
    ...test,
    steps: (chars) => test.steps(chars) + CHAR_OF_LOWER_CASE * chars,
    bind: (evaluation) => {
      const bound = test.bind(evaluation)
      return {
        holds: (value) => {
          evaluation.charge(CHAR_OF_LOWER_CASE * value.length)
          return bound.holds(value.toLowerCase(), evaluation)
        },
      }
    },
  }
}

function arnTest(values: readonly string[], hasVariables: boolean): ValueTest {
  const patterns = values.map((value) => compileArnPattern(value, hasVariables))
  const steps = patterns.reduce((sum, { worstSteps }) => sum + worstSteps, READ_STEPS)
  const keys = patterns.flatMap((pattern) => pattern.keys)
  return simpleTest(steps, keys, (value, evaluation) => {
    evaluation.charge(READ_STEPS)
    const arn = evaluation.arnOf(value)
    return arn !== undefined && patterns.some((pattern) => pattern.matches(arn, evaluation))
  })
}

/** A test that costs any value the same, and has nothing to put in beforehand. */
function simpleTest(steps: number, keys: readonly string[], holds: BoundTest['holds']): ValueTest {
  const bound = { holds }
  return { keys, bindSteps: 0, steps: () => steps, bind: () => bound }
}

interface Order {
  /** What of the request is no number, or no date, compares with nothing. */
  read(text: string, evaluation: Evaluation): number | undefined
  readonly relation: Relation
}

function orderTest(limits: readonly number[], { read, relation }: Order): ValueTest {
  const steps = READ_STEPS + limits.length * COMPARE_STEPS
  return simpleTest(steps, [], (value, evaluation) => {
    evaluation.charge(steps)
    const number = read(value, evaluation)
    return number !== undefined && limits.some((limit) => isRelated(number, relation, limit))
  })
}

function isRelated(left: number, relation: Relation, right: number): boolean {
  switch (relation) {
    case '=':
      return left === right
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    case '>=':
      return left >= right
  }
}

function rangeTest(values: readonly string[]): ValueTest {
  const ranges = values.map(checkedBy(parseIpRange))
  const steps = READ_STEPS + ranges.length * IN_RANGE_STEPS
  return simpleTest(steps, [], (value, evaluation) => {
    evaluation.charge(steps)
    const address = evaluation.ipOf(value)
    return address !== undefined && ranges.some((range) => isInRange(address, range))
  })
}

function checkedBy<Value>(parse: (text: string) => Value | undefined): (text: string) => Value {
  return (text) => {
    const value = parse(text)
    if (value === undefined) throw new RangeError(`a condition that was not checked: ${JSON.stringify(text)}`)
    return value
  }
}
