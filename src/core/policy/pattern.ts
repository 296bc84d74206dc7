import type { Evaluation } from './evaluation.ts'
import { type Chunk, costOfChunks, matchesChunks, type Starred } from './glob-chunks.ts'
import { type PatternSyntax, type PatternToken, type PatternVariable, tokensOf } from './pattern-tokens.ts'
import { ASSUMED_VALUE_CHARS } from './policy-limits.ts'

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
  /** Both charge what they cost. */
  matches(text: string, evaluation: Evaluation): boolean
}

/** A text that variables may stand in. */
type Template = readonly (string | PatternVariable)[]
/** A chunk of which variables are not known yet. */
type ChunkTemplate = readonly Template[]

const LITERAL_STEPS = 8
const VARIABLE_STEPS = 60
const CHAR_OF_VARIABLE = 0.5
const CHAR_OF_LOWER_CASE = 3
const ASSUMED_VALUE = 'x'.repeat(ASSUMED_VALUE_CHARS)

/** @throws {PatternError} */
export function compilePattern(source: string, syntax: PatternSyntax): Pattern {
  return patternOf(tokensOf(source, syntax))
}

export function patternOf(tokens: readonly PatternToken[]): Pattern {
  const starred = starredOf(tokens)
  const variables = tokens.filter((token) => token.kind === 'variable')
  return variables.length === 0 ? fixedPattern(starred) : variablePattern(starred, variables)
}

function fixedPattern(starred: Starred<ChunkTemplate>): Pattern {
  const chunks = mapChunks(starred, (chunk) => textsOf(chunk))
  const { fixed, perChar } = costOfChunks(chunks)
  const literal = chunks.last === undefined && chunks.first.length === 1 ? chunks.first[0] : undefined
  const bound = literal === undefined ? boundPattern(chunks) : boundLiteral(literal)
  return { literal, keys: [], bindSteps: 0, matchSteps: (chars) => fixed + perChar * chars, bind: () => bound }
}

function variablePattern(starred: Starred<ChunkTemplate>, variables: readonly PatternVariable[]): Pattern {
  const bindSteps = variables.reduce((sum, variable) => sum + variableSteps(variable, ASSUMED_VALUE_CHARS), 0)
  const { fixed, perChar } = costOfChunks(mapChunks(starred, (chunk) => textsOf(chunk, ASSUMED_VALUE)))
  return {
    literal: undefined,
    keys: variables.map(({ key }) => key),
    bindSteps,
    matchSteps: (chars) => fixed + perChar * chars,
    bind: (evaluation) => {
      const chunks = bindChunks(starred, evaluation)
      return chunks && boundPattern(chunks)
    },
  }
}

function variableSteps({ isCaseless }: PatternVariable, chars: number): number {
  return VARIABLE_STEPS + (isCaseless ? CHAR_OF_LOWER_CASE : CHAR_OF_VARIABLE) * chars
}

function boundLiteral(literal: string): BoundPattern {
  return {
    matches: (text, evaluation) => {
      evaluation.charge(LITERAL_STEPS)
      return text === literal
    },
  }
}

function boundPattern(chunks: Starred<Chunk>): BoundPattern {
  const { fixed, perChar } = costOfChunks(chunks)
  return {
    matches: (text, evaluation) => {
      evaluation.charge(fixed + perChar * text.length)
      return matchesChunks(chunks, text)
    },
  }
}

/** @param variable what stands for every variable */
function textsOf(chunk: ChunkTemplate, variable = ''): Chunk {
  return chunk.map((template) => template.map((part) => (typeof part === 'string' ? part : variable)).join(''))
}

function mapChunks(
  { first, inner, last }: Starred<ChunkTemplate>,
  map: (chunk: ChunkTemplate) => Chunk,
): Starred<Chunk> {
  return { first: map(first), inner: inner.map(map), last: last && map(last) }
}

/** Puts values in the places of variables, as text: a `*` in one is no wildcard. Undefined if one has no value. */
function bindChunks(
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

function starredOf(tokens: readonly PatternToken[]): Starred<ChunkTemplate> {
  const [first, ...others] = splitTokens(tokens, 'any-run').map(chunkTemplateOf)
  // Splitting gives at least one part.
  if (first === undefined) throw new RangeError('a pattern without a first chunk')
  const last = others.pop()
  return { first, inner: others.filter((chunk) => chunk.length > 1 || chunk[0]?.length !== 0), last }
}

function chunkTemplateOf(tokens: readonly PatternToken[]): ChunkTemplate {
  return splitTokens(tokens, 'any-one').map((part) => part.flatMap(templatePartOf))
}

function templatePartOf(token: PatternToken): Template {
  return token.kind === 'text' ? [token.text] : token.kind === 'variable' ? [token] : []
}

function splitTokens(tokens: readonly PatternToken[], kind: PatternToken['kind']): PatternToken[][] {
  let part: PatternToken[] = []
  const parts = [part]
  for (const token of tokens) {
    if (token.kind === kind) {
      part = []
      parts.push(part)
    } else part.push(token)
  }
  return parts
}
