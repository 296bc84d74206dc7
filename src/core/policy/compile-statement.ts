import { type ArnPattern, compileArnPattern } from './arn-pattern.ts'
import { type CompiledCondition, compileCondition } from './compile-condition.ts'
import { type CompiledPrincipal, compilePrincipal } from './compile-principal.ts'
import type { Evaluation } from './evaluation.ts'
import type { PatternElement, PolicyStatement } from './policy-document.ts'
import { ASSUMED_ACTION_CHARS } from './policy-limits.ts'
import { textTest } from './text-test.ts'

export interface CompiledStatement {
  /** In its policy, from 0. */
  readonly index: number
  readonly sid: string | undefined
  readonly effect: 'Allow' | 'Deny'
  readonly principal: CompiledPrincipal
  /** Context keys that it reads, lower case. */
  readonly keys: readonly string[]
  readonly worstSteps: number
  /** @param action lower case */
  isAbout(action: string, evaluation: Evaluation): boolean
  /** Whether its resources and conditions fit; action and principal are asked for by themselves. */
  applies(evaluation: Evaluation): boolean
}

const STATEMENT_STEPS = 60

export function compileStatement(
  statement: PolicyStatement,
  { index, hasVariables }: { readonly index: number; readonly hasVariables: boolean },
): CompiledStatement {
  const action = compileActions(statement.action)
  const resource = compileResources(statement, hasVariables)
  const conditions = statement.conditions.map((condition) => compileCondition(condition, hasVariables))
  const conditionSteps = conditions.reduce((sum, { worstSteps }) => sum + worstSteps, 0)
  return {
    index,
    sid: statement.sid,
    effect: statement.effect,
    principal: compilePrincipal(statement.principal),
    keys: [...resource.keys, ...conditions.flatMap(({ keys }) => keys)],
    worstSteps: STATEMENT_STEPS + action.worstSteps + resource.worstSteps + conditionSteps,
    isAbout: action.isAbout,
    applies: (evaluation) => {
      evaluation.charge(STATEMENT_STEPS)
      return resource.fits(evaluation) && allHold(conditions, evaluation)
    },
  }
}

function allHold(conditions: readonly CompiledCondition[], evaluation: Evaluation): boolean {
  for (const condition of conditions) if (!condition.holds(evaluation)) return false
  return true
}

interface CompiledActions {
  readonly worstSteps: number
  isAbout(action: string, evaluation: Evaluation): boolean
}

function compileActions({ isNegated, patterns }: PatternElement): CompiledActions {
  const test = textTest(patterns, { hasVariables: false, hasWildcards: true, isCaseless: true })
  return {
    worstSteps: test.bindSteps + test.steps(ASSUMED_ACTION_CHARS),
    isAbout: (action, evaluation) => test.bind(evaluation).holds(action, evaluation) !== isNegated,
  }
}

interface CompiledResources {
  readonly keys: readonly string[]
  readonly worstSteps: number
  fits(evaluation: Evaluation): boolean
}

const EVERYTHING = /^\*+$/
const WHATEVER: CompiledResources = { keys: [], worstSteps: 0, fits: () => true }
const NOTHING: CompiledResources = { keys: [], worstSteps: 0, fits: () => false }

function compileResources({ resource, effect }: PolicyStatement, hasVariables: boolean): CompiledResources {
  if (resource === undefined) return WHATEVER
  if (resource.patterns.some((pattern) => EVERYTHING.test(pattern))) return resource.isNegated ? NOTHING : WHATEVER
  const patterns = resource.patterns.map((pattern) => compileArnPattern(pattern, hasVariables))
  return {
    keys: patterns.flatMap(({ keys }) => keys),
    worstSteps: patterns.reduce((sum, { worstSteps }) => sum + worstSteps, 0),
    fits: resource.isNegated
      ? (evaluation) => isOutside(patterns, effect, evaluation)
      : (evaluation) => isInside(patterns, evaluation),
  }
}

function isInside(patterns: readonly ArnPattern[], evaluation: Evaluation): boolean {
  const { resourceArn } = evaluation
  if (resourceArn === undefined) return false
  for (const pattern of patterns) if (pattern.matches(resourceArn, evaluation)) return true
  return false
}

/**
 * NotResource. What an entry whose variable has no value leaves out is not known, so an Allow is then about nothing, and
 * a Deny leaves out what the other entries name (iam.md 1.7, 2).
 */
function isOutside(patterns: readonly ArnPattern[], effect: 'Allow' | 'Deny', evaluation: Evaluation): boolean {
  if (isInside(patterns, evaluation)) return false
  return effect === 'Deny' || patterns.every((pattern) => pattern.isBound(evaluation))
}
