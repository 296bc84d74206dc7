import type { Pattern } from './compiled-pattern.ts'
import { fixedPattern } from './fixed-pattern.ts'
import { type PatternSyntax, type PatternToken, tokensOf } from './pattern-tokens.ts'
import { mapStarred, type Starred } from './starred.ts'
import { type ChunkTemplate, type Template, textsOf, VariablePattern } from './variable-pattern.ts'

/** @throws {PatternError} */
export function compilePattern(source: string, syntax: PatternSyntax): Pattern {
  return patternOf(tokensOf(source, syntax))
}

export function patternOf(tokens: readonly PatternToken[]): Pattern {
  const starred = starredOf(tokens)
  const variables = tokens.filter((token) => token.kind === 'variable')
  if (variables.length > 0) return new VariablePattern(starred, variables)
  return fixedPattern(mapStarred(starred, (chunk) => textsOf(chunk, '')))
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
