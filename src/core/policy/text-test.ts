import type { BoundPattern } from './compiled-pattern.ts'
import type { Evaluation } from './evaluation.ts'
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
  /** Puts in what the variables stand for, once for all values. Charges what it costs. */
  bind(evaluation: Evaluation): BoundTest
}

export interface BoundTest {
  /** Charges what it costs. */
  holds(value: string, evaluation: Evaluation): boolean
}

const LOOK_UP_STEPS = 30
const CHAR_OF_LOOK_UP = 0.25

export function textTest(values: readonly string[], syntax: PatternSyntax): ValueTest {
  const patterns = values.map((value) => compilePattern(value, syntax))
  const literals = new Set(patterns.flatMap(({ literal }) => (literal === undefined ? [] : [literal])))
  const others = patterns.filter(({ literal }) => literal === undefined)
  const literalTest = new BoundTexts(literals, [])
  return {
    keys: others.flatMap(({ keys }) => keys),
    bindSteps: others.reduce((sum, { bindSteps }) => sum + bindSteps, 0),
    steps: (chars) => others.reduce((sum, pattern) => sum + pattern.matchSteps(chars), lookUpSteps(chars)),
    bind: (evaluation) => {
      if (others.length === 0) return literalTest
      const bound = others.map((pattern) => pattern.bind(evaluation)).filter((pattern) => pattern !== undefined)
      return new BoundTexts(literals, bound)
    },
  }
}

class BoundTexts implements BoundTest {
  readonly #literals: ReadonlySet<string>
  readonly #patterns: readonly BoundPattern[]

  constructor(literals: ReadonlySet<string>, patterns: readonly BoundPattern[]) {
    this.#literals = literals
    this.#patterns = patterns
  }

  holds(value: string, evaluation: Evaluation): boolean {
    evaluation.charge(lookUpSteps(value.length))
    if (this.#literals.has(value)) return true
    for (const pattern of this.#patterns) if (pattern.matches(value, evaluation)) return true
    return false
  }
}

/** A text is hashed before it is looked up. */
function lookUpSteps(chars: number): number {
  return LOOK_UP_STEPS + CHAR_OF_LOOK_UP * chars
}
