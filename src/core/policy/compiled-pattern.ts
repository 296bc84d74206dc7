import type { Evaluation } from './evaluation.ts'

/** A text in a policy, ready to be compared. */
export interface Pattern {
  /** The whole of it, if it has neither wildcards nor variables. */
  readonly literal: string | undefined
  /** Context keys of its variables, lower case. */
  readonly keys: readonly string[]
  /** The most that `bind` costs. */
  readonly bindSteps: number
  /** The most that comparing with a text of this many characters costs. */
  matchSteps(chars: number): number
  /** With values in the places of its variables; undefined if one has none: it fits nothing then. */
  bind(evaluation: Evaluation): BoundPattern | undefined
}

export interface BoundPattern {
  /** Charges what it costs, as `bind` does. */
  matches(text: string, evaluation: Evaluation): boolean
}
