import type { Comparison } from './condition-operator.ts'
import type { Evaluation } from './evaluation.ts'
import type { PolicyCondition } from './policy-document.ts'
import { ASSUMED_OTHER_SET_SIZE, ASSUMED_SET_CHARS, ASSUMED_SET_SIZE, ASSUMED_VALUE_CHARS } from './policy-limits.ts'
import type { ValueTest } from './text-test.ts'
import { compileValueTest } from './value-test.ts'

export interface CompiledCondition {
  /** Context keys that it reads, lower case. */
  readonly keys: readonly string[]
  readonly worstSteps: number
  holds(evaluation: Evaluation): boolean
}

/** Looking a key up in the context. */
const GET_STEPS = 40

/** @param hasVariables whether `${…}` in its values is a variable */
export function compileCondition(condition: PolicyCondition, hasVariables: boolean): CompiledCondition {
  const { operator, values } = condition
  const key = condition.key.toLowerCase()
  const { comparison } = operator
  if (comparison === 'null') return compileNull(key, values)
  const test = compileValueTest({ ...operator, comparison }, values, hasVariables)
  const compared = { test, isNegated: operator.isNegated }
  const keys = [key, ...test.keys]
  switch (operator.set) {
    case undefined:
      return single({ key, keys, compared, ifMissing: operator.isNegated || operator.isIfExists })
    case 'any':
      return anyOf(key, keys, { ...compared, setSize: setSizeOf(comparison) })
    case 'all':
      return allOf(key, keys, { ...compared, setSize: setSizeOf(comparison) })
  }
}

interface Compared {
  readonly test: ValueTest
  readonly isNegated: boolean
}

interface ComparedSet extends Compared {
  /** How many values the key is taken to have when the cost is reckoned. */
  readonly setSize: number
}

interface Single {
  readonly key: string
  readonly keys: readonly string[]
  readonly compared: Compared
  readonly ifMissing: boolean
}

/** Without a set operator a key with several values compares with nothing, negated or not (iam.md 1.2). */
function single({ key, keys, compared: { test, isNegated }, ifMissing }: Single): CompiledCondition {
  return {
    keys,
    worstSteps: GET_STEPS + test.bindSteps + test.steps(ASSUMED_VALUE_CHARS),
    holds: (evaluation) => {
      evaluation.charge(GET_STEPS)
      const value = evaluation.get(key)
      if (value === undefined) return ifMissing
      return typeof value === 'string' && test.bind(evaluation).holds(value, evaluation) !== isNegated
    },
  }
}

function anyOf(key: string, keys: readonly string[], { test, isNegated, setSize }: ComparedSet): CompiledCondition {
  return {
    keys,
    worstSteps: setSteps(test, setSize),
    holds: (evaluation) => {
      const bound = test.bind(evaluation)
      return valuesOf(key, evaluation).some((value) => bound.holds(value, evaluation) !== isNegated)
    },
  }
}

/** Holds without the key, too. */
function allOf(key: string, keys: readonly string[], { test, isNegated, setSize }: ComparedSet): CompiledCondition {
  return {
    keys,
    worstSteps: setSteps(test, setSize),
    holds: (evaluation) => {
      const bound = test.bind(evaluation)
      return valuesOf(key, evaluation).every((value) => bound.holds(value, evaluation) !== isNegated)
    },
  }
}

function setSizeOf(comparison: Comparison): number {
  return comparison.startsWith('string') ? ASSUMED_SET_SIZE : ASSUMED_OTHER_SET_SIZE
}

function setSteps(test: ValueTest, setSize: number): number {
  return GET_STEPS + test.bindSteps + test.steps(ASSUMED_SET_CHARS) * setSize
}

function valuesOf(key: string, evaluation: Evaluation): readonly string[] {
  evaluation.charge(GET_STEPS)
  const value = evaluation.get(key)
  return value === undefined ? [] : typeof value === 'string' ? [value] : value
}

function compileNull(key: string, values: readonly string[]): CompiledCondition {
  const wanted = values.map((value) => value.toLowerCase() === 'true')
  return {
    keys: [key],
    worstSteps: GET_STEPS,
    holds: (evaluation) => {
      evaluation.charge(GET_STEPS)
      return wanted.includes(evaluation.get(key) === undefined)
    },
  }
}
