import type { Evaluation } from './evaluation.ts'
import type { PolicyCondition } from './policy-document.ts'
import { ASSUMED_SET_SIZE } from './policy-limits.ts'
import { compileValueTest, type ValueTest } from './value-test.ts'

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
      return anyOf(key, keys, compared)
    case 'all':
      return allOf(key, keys, compared)
  }
}

interface Compared {
  readonly test: ValueTest
  readonly isNegated: boolean
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
    worstSteps: GET_STEPS + test.worstSteps,
    holds: (evaluation) => {
      evaluation.charge(GET_STEPS)
      const value = evaluation.get(key)
      if (value === undefined) return ifMissing
      return typeof value === 'string' && test.holds(value, evaluation) !== isNegated
    },
  }
}

function anyOf(key: string, keys: readonly string[], { test, isNegated }: Compared): CompiledCondition {
  return {
    keys,
    worstSteps: GET_STEPS + test.worstSteps * ASSUMED_SET_SIZE,
    holds: (evaluation) => valuesOf(key, evaluation).some((value) => test.holds(value, evaluation) !== isNegated),
  }
}

/** Holds without the key, too. */
function allOf(key: string, keys: readonly string[], { test, isNegated }: Compared): CompiledCondition {
  return {
    keys,
    worstSteps: GET_STEPS + test.worstSteps * ASSUMED_SET_SIZE,
    holds: (evaluation) => valuesOf(key, evaluation).every((value) => test.holds(value, evaluation) !== isNegated),
  }
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
