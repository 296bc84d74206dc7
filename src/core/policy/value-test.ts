import { compileArnPattern } from './arn-pattern.ts'
import type { ConditionOperator, Relation } from './condition-operator.ts'
import type { Evaluation } from './evaluation.ts'
import { isInRange, parseIpRange } from './ip-address.ts'
import { parseDecimal } from './parse-decimal.ts'
import { parseInstant } from './parse-instant.ts'
import { compilePattern } from './pattern.ts'
import type { PatternSyntax } from './pattern-tokens.ts'

/** Whether a value of the request compares with any of the policy's values; what the operator negates comes after. */
export interface ValueTest {
  /** Context keys of variables in the policy's values, lower case. */
  readonly keys: readonly string[]
  /** The most that `bind` costs. */
  readonly bindSteps: number
  /** The most that a value of this many characters costs. */
  steps(chars: number): number
  /** Puts in what the variables stand for, once for all values. Both charge what they cost. */
  bind(evaluation: Evaluation): (value: string) => boolean
}

type ValueOperator = ConditionOperator & { readonly comparison: Exclude<ConditionOperator['comparison'], 'null'> }

/** Reading the request's value: a number, a date, an address. */
const READ_STEPS = 150
/** Comparing it with one value of the policy. */
const COMPARE_STEPS = 4
const IN_RANGE_STEPS = 20
const LOOK_UP_STEPS = 30
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
      return orderTest(values, { parse: parseDecimal, relation: operator.relation })
    case 'date':
      return orderTest(values, { parse: parseInstant, relation: operator.relation })
    case 'ip':
      return rangeTest(values)
  }
}

function textTest(values: readonly string[], syntax: PatternSyntax): ValueTest {
  const patterns = values.map((value) => compilePattern(value, syntax))
  const literals = new Set(patterns.flatMap(({ literal }) => (literal === undefined ? [] : [literal])))
  const others = patterns.filter(({ literal }) => literal === undefined)
  return {
    keys: others.flatMap(({ keys }) => keys),
    bindSteps: others.reduce((sum, { bindSteps }) => sum + bindSteps, 0),
    steps: (chars) => LOOK_UP_STEPS + others.reduce((sum, pattern) => sum + pattern.matchSteps(chars), 0),
    bind: (evaluation) => {
      const bound = others.map((pattern) => pattern.bind(evaluation))
      return (value) => {
        evaluation.charge(LOOK_UP_STEPS)
        return literals.has(value) || bound.some((pattern) => pattern?.matches(value, evaluation) === true)
      }
    },
  }
}

/** Also of booleans, which may be written `True`. */
function caselessTest(values: readonly string[], hasVariables: boolean): ValueTest {
  const test = textTest(values, { hasVariables, hasWildcards: false, isCaseless: true })
  return {
    ...test,
    steps: (chars) => test.steps(chars) + CHAR_OF_LOWER_CASE * chars,
    bind: (evaluation) => {
      const holds = test.bind(evaluation)
      return (value) => {
        evaluation.charge(CHAR_OF_LOWER_CASE * value.length)
        return holds(value.toLowerCase())
      }
    },
  }
}

function arnTest(values: readonly string[], hasVariables: boolean): ValueTest {
  const patterns = values.map((value) => compileArnPattern(value, hasVariables))
  const steps = READ_STEPS + patterns.reduce((sum, { worstSteps }) => sum + worstSteps, 0)
  return {
    keys: patterns.flatMap(({ keys }) => keys),
    bindSteps: 0,
    steps: () => steps,
    bind: (evaluation) => (value) => {
      evaluation.charge(READ_STEPS)
      const arn = evaluation.arnOf(value)
      return arn !== undefined && patterns.some((pattern) => pattern.matches(arn, evaluation))
    },
  }
}

interface Order {
  parse(text: string): number | undefined
  readonly relation: Relation
}

/** What of the request is no number, or no date, compares with nothing. */
function orderTest(values: readonly string[], { parse, relation }: Order): ValueTest {
  const limits = values.map((value) => checked(parse(value), value))
  const steps = READ_STEPS + limits.length * COMPARE_STEPS
  return {
    keys: [],
    bindSteps: 0,
    steps: () => steps,
    bind: (evaluation) => (value) => {
      evaluation.charge(steps)
      const number = parse(value)
      return number !== undefined && limits.some((limit) => isRelated(number, relation, limit))
    },
  }
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
  const ranges = values.map((value) => checked(parseIpRange(value), value))
  const steps = READ_STEPS + ranges.length * IN_RANGE_STEPS
  return {
    keys: [],
    bindSteps: 0,
    steps: () => steps,
    bind: (evaluation) => (value) => {
      evaluation.charge(steps)
      const address = evaluation.ipOf(value)
      return address !== undefined && ranges.some((range) => isInRange(address, range))
    },
  }
}

function checked<Value>(value: Value | undefined, text: string): Value {
  if (value === undefined) throw new RangeError(`a condition that was not checked: ${JSON.stringify(text)}`)
  return value
}
