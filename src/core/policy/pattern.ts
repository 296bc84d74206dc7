import type { Evaluation } from './evaluation.ts'
import { type Chunk, type Cost, costOfChunks, matchesChunks, type Starred } from './glob-chunks.ts'
import { type PatternSyntax, type PatternToken, type PatternVariable, tokensOf } from './pattern-tokens.ts'
import { ASSUMED_VALUE_CHARS } from './policy-limits.ts'

/** A text in a policy, ready to be compared. */
export interface Pattern {
  /** The whole of it, if it has neither wildcards nor variables. */
  readonly literal: string | undefined
  /** Context keys of its variables, lower case. */
  readonly keys: readonly string[]
  /** The most that a comparison with a text of this many characters costs. */
  worstSteps(chars: number): number
  /** A variable without a value fits nothing. Charges what it costs. */
  matches(text: string, evaluation: Evaluation): boolean
  /** Whether all of its variables have values. */
  isBound(evaluation: Evaluation): boolean
}

/** A text that variables may stand in. */
type Template = readonly (string | PatternVariable)[]
/** A chunk of which variables are not known yet. */
type ChunkTemplate = readonly Template[]

const VARIABLE_STEPS = 60
/** Putting it in, in lower case at worst. */
const CHAR_OF_VARIABLE = 3
/** What searching for a text of any length costs per character. */
const CHAR_OF_ANY_SEARCH = 20

/** @throws {PatternError} */
export function compilePattern(source: string, syntax: PatternSyntax): Pattern {
  return patternOf(tokensOf(source, syntax))
}

export function patternOf(tokens: readonly PatternToken[]): Pattern {
  const starred = starredOf(tokens)
  const keys = tokens.flatMap((token) => (token.kind === 'variable' ? [token.key] : []))
  return keys.length === 0 ? fixedPattern(starred) : variablePattern(starred, keys)
}

function fixedPattern(starred: Starred<ChunkTemplate>): Pattern {
  const chunks = mapChunks(starred, textsOf)
  const { fixed, perChar } = costOfChunks(chunks)
  const literal = chunks.last === undefined && chunks.first.length === 1 ? chunks.first[0] : undefined
  return {
    literal,
    keys: [],
    worstSteps: (chars) => fixed + perChar * chars,
    matches: (text, evaluation) => {
      evaluation.charge(fixed + perChar * text.length)
      return literal === undefined ? matchesChunks(chunks, text) : literal === text
    },
    isBound: () => true,
  }
}

function variablePattern(starred: Starred<ChunkTemplate>, keys: readonly string[]): Pattern {
  const { fixed, perChar } = costWithVariables(starred)
  const variablesSteps = keys.length * (VARIABLE_STEPS + CHAR_OF_VARIABLE * ASSUMED_VALUE_CHARS)
  return {
    literal: undefined,
    keys,
    worstSteps: (chars) => fixed + perChar * chars + variablesSteps,
    matches: (text, evaluation) => {
      evaluation.charge(fixed + perChar * text.length)
      const chunks = bindChunks(starred, evaluation)
      return chunks !== undefined && matchesChunks(chunks, text)
    },
    isBound: (evaluation) => bindChunks(starred, evaluation) !== undefined,
  }
}

function costWithVariables(starred: Starred<ChunkTemplate>): Cost {
  const { fixed, perChar } = costOfChunks(mapChunks(starred, textsOf))
  return { fixed, perChar: perChar === 0 ? 0 : Math.max(perChar, CHAR_OF_ANY_SEARCH) }
}

/** As if variables were empty. */
function textsOf(chunk: ChunkTemplate): Chunk {
  return chunk.map((template) => template.filter((part) => typeof part === 'string').join(''))
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
function variableText({ key, fallback, isCaseless }: PatternVariable, evaluation: Evaluation): string | undefined {
  const value = evaluation.get(key)
  const text = value === undefined ? fallback : value
  if (typeof text !== 'string') return undefined
  evaluation.charge(VARIABLE_STEPS + CHAR_OF_VARIABLE * text.length)
  return isCaseless ? text.toLowerCase() : text
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
