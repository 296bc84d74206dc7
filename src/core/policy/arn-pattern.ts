import { ARN_SEGMENTS, type ArnText, restOfArn } from './arn-text.ts'
import type { Evaluation } from './evaluation.ts'
import { type Pattern, patternOf } from './pattern.ts'
import { type PatternSyntax, type PatternToken, tokensOf } from './pattern-tokens.ts'
import { ASSUMED_RESOURCE_CHARS, ASSUMED_SEGMENT_CHARS } from './policy-limits.ts'

/** An ARN in a policy, ready to be compared. */
export interface ArnPattern {
  readonly keys: readonly string[]
  readonly worstSteps: number
  matches(arn: ArnText, evaluation: Evaluation): boolean
  /** Whether all of its variables have values. */
  isBound(evaluation: Evaluation): boolean
}

/**
 * Compares segment by segment, so that a wildcard stays in its segment; the last segment, the resource, has all further
 * colons and slashes in it. A pattern of fewer than six segments, such as `arn:aws:ecr:*`, ends with one that is compared
 * with all the rest (iam.md 1.2). The value of a variable never adds a segment.
 *
 * @throws {PatternError}
 */
export function compileArnPattern(source: string, hasVariables: boolean): ArnPattern {
  const segments = splitArn(source, { hasVariables, hasWildcards: true }).map(patternOf)
  const worstSteps = segments.reduce((sum, segment, index) => sum + stepsOf(segment, charsOf(index, segments)), 0)
  return {
    keys: segments.flatMap(({ keys }) => keys),
    worstSteps,
    matches: (arn, evaluation) => matchesSegments(segments, arn, evaluation),
    isBound: (evaluation) => segments.every((segment) => segment.bind(evaluation) !== undefined),
  }
}

function stepsOf(segment: Pattern, chars: number): number {
  return segment.bindSteps + segment.matchSteps(chars)
}

function charsOf(index: number, segments: readonly Pattern[]): number {
  return index === segments.length - 1 ? ASSUMED_RESOURCE_CHARS + ASSUMED_SEGMENT_CHARS : ASSUMED_SEGMENT_CHARS
}

function matchesSegments(segments: readonly Pattern[], arn: ArnText, evaluation: Evaluation): boolean {
  const last = segments.length - 1
  for (const [index, pattern] of segments.entries()) {
    const text = index === last && last < ARN_SEGMENTS - 1 ? restOfArn(arn, index) : arn.segments[index]
    if (text === undefined || pattern.bind(evaluation)?.matches(text, evaluation) !== true) return false
  }
  return true
}

/** The tokens of each segment; colons inside of variables do not count. */
export function splitArn(source: string, syntax: PatternSyntax): PatternToken[][] {
  let segment: PatternToken[] = []
  const segments = [segment]
  for (const token of tokensOf(source, syntax)) {
    if (token.kind !== 'text') {
      segment.push(token)
      continue
    }
    let rest = token.text
    while (segments.length < ARN_SEGMENTS && rest.includes(':')) {
      const colon = rest.indexOf(':')
      if (colon > 0) segment.push({ kind: 'text', text: rest.slice(0, colon) })
      rest = rest.slice(colon + 1)
      segment = []
      segments.push(segment)
    }
    if (rest !== '') segment.push({ kind: 'text', text: rest })
  }
  return segments
}
