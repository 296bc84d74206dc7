import type { BoundPattern, Pattern } from './compiled-pattern.ts'
import type { Evaluation } from './evaluation.ts'
import { fixedPattern } from './fixed-pattern.ts'
import type { Chunk } from './glob-chunks.ts'
import { type Cost, costOfChunks } from './pattern-cost.ts'
import type { PatternVariable } from './pattern-tokens.ts'
import { ASSUMED_VALUE_CHARS } from './policy-limits.ts'
import { mapStarred, type Starred } from './starred.ts'

/** A text that variables may stand in. */
export type Template = readonly (string | PatternVariable)[]
/** A chunk of which variables are not known yet. */
export type ChunkTemplate = readonly Template[]

const BIND_STEPS = 300
const VARIABLE_STEPS = 60
const CHAR_OF_VARIABLE = 0.5
const CHAR_OF_LOWER_CASE = 3
const ASSUMED_VALUE = 'x'.repeat(ASSUMED_VALUE_CHARS)

export class VariablePattern implements Pattern {
  readonly literal = undefined
  readonly keys: readonly string[]
  readonly bindSteps: number
  readonly #starred: Starred<ChunkTemplate>
  readonly #cost: Cost

  constructor(starred: Starred<ChunkTemplate>, variables: readonly PatternVariable[]) {
    this.keys = variables.map(({ key }) => key)
    this.bindSteps = variables.reduce((sum, one) => sum + variableSteps(one, ASSUMED_VALUE_CHARS), BIND_STEPS)
    this.#starred = starred
    this.#cost = costOfChunks(mapStarred(starred, (chunk) => textsOf(chunk, ASSUMED_VALUE)))
  }

  matchSteps(chars: number): number {
    return this.#cost.fixed + this.#cost.perChar * chars
  }

  /** Values are put in as text: a `*` in one is no wildcard. */
  bind(evaluation: Evaluation): BoundPattern | undefined {
    evaluation.charge(BIND_STEPS)
    const chunks = bindStarred(this.#starred, evaluation)
    return chunks && fixedPattern(chunks, this.#cost)
  }
}

function variableSteps({ isCaseless }: PatternVariable, chars: number): number {
  return VARIABLE_STEPS + (isCaseless ? CHAR_OF_LOWER_CASE : CHAR_OF_VARIABLE) * chars
}

/** @param variable what stands for every variable */
export function textsOf(chunk: ChunkTemplate, variable: string): Chunk {
  return chunk.map((template) => template.map((part) => (typeof part === 'string' ? part : variable)).join(''))
}

function bindStarred(
  { first, inner, last }: Starred<ChunkTemplate>,
  evaluation: Evaluation,
): Starred<Chunk> | undefined {
  const boundFirst = bindChunk(first, evaluation)
  const boundLast = last && bindChunk(last, evaluation)
  if (boundFirst === undefined || (last !== undefined && boundLast === undefined)) return undefined
  const boundInner: Chunk[] = []
  for (const chunk of inner) {
    const bound = bindChunk(chunk, evaluation)
    if (bound === undefined) return undefined
    // An empty value between two `*` leaves nothing to look for.
    if (bound.length > 1 || bound[0] !== '') boundInner.push(bound)
  }
  return { first: boundFirst, inner: boundInner, last: boundLast }
}

function bindChunk(chunk: ChunkTemplate, evaluation: Evaluation): Chunk | undefined {
  const bound: string[] = []
  for (const template of chunk) {
    let text = ''
    for (const part of template) {
      const value = typeof part === 'string' ? part : variableText(part, evaluation)
      if (value === undefined) return undefined
      text += value
    }
    bound.push(text)
  }
  return bound
}

/** Only a key with a single value can be a variable (iam.md 1.2). */
function variableText(variable: PatternVariable, evaluation: Evaluation): string | undefined {
  const value = evaluation.get(variable.key)
  const text = value === undefined ? variable.fallback : value
  evaluation.charge(variableSteps(variable, typeof text === 'string' ? text.length : 0))
  if (typeof text !== 'string') return undefined
  return variable.isCaseless ? text.toLowerCase() : text
}
