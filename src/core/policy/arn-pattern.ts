import { ARN_SEGMENTS, type ArnText, restOfArn } from './arn-text.ts'
import type { Pattern } from './compiled-pattern.ts'
import type { Evaluation } from './evaluation.ts'
import { patternOf } from './pattern.ts'
import { type PatternSyntax, type PatternToken, tokensOf } from './pattern-tokens.ts'
import { ASSUMED_RESOURCE_CHARS, ASSUMED_SEGMENT_CHARS } from './policy-limits.ts'

const HEAD_STEPS = 60

/**
 * An ARN in a policy. It is compared segment by segment, so that a wildcard stays in its segment; the last segment, the
 * resource, has all further colons and slashes in it. A pattern of fewer than six segments, such as `arn:aws:ecr:*`, ends
 * with one that is compared with all the rest (iam.md 1.2). The value of a variable never adds a segment.
 */
export class ArnPattern {
  readonly keys: readonly string[]
  readonly worstSteps: number
  /** The segments before the first that is a pattern, with their colons: most ARNs differ in these already. */
  readonly #head: string
  /** The segments from `#from` on, of which undefined is `*`. */
  readonly #segments: readonly (Pattern | undefined)[]
  readonly #from: number

  constructor(segments: readonly Pattern[]) {
    const patterned = segments.slice(0, -1).findIndex(({ literal }) => literal === undefined)
    this.#from = patterned === -1 ? segments.length - 1 : patterned
    const head = segments.slice(0, this.#from)
    this.#head = head.map(({ literal }) => `${literal}:`).join('')
    const rest = segments.slice(this.#from)
    this.#segments = rest.map((segment) => (segment === ANYTHING ? undefined : segment))
    this.keys = segments.flatMap(({ keys }) => keys)
    const lastChars = ASSUMED_RESOURCE_CHARS + (ARN_SEGMENTS - segments.length) * ASSUMED_SEGMENT_CHARS
    const charsOf = (index: number) => (index === rest.length - 1 ? lastChars : ASSUMED_SEGMENT_CHARS)
    this.worstSteps = rest.reduce((sum, one, index) => sum + segmentSteps(one, charsOf(index)), HEAD_STEPS)
  }

  /** Charges what it costs. */
  matches(arn: ArnText, evaluation: Evaluation): boolean {
    evaluation.charge(HEAD_STEPS)
    if (!arn.text.startsWith(this.#head)) return false
    const last = this.#segments.length - 1
    for (let index = 0; index <= last; index++) {
      const pattern = this.#segments[index]
      if (pattern === undefined) continue
      const text = segmentOf(arn, this.#from + index, index === last)
      if (pattern.bind(evaluation)?.matches(text, evaluation) !== true) return false
    }
    return true
  }

  /** Whether all of its variables have values. */
  isBound(evaluation: Evaluation): boolean {
    return this.#segments.every((segment) => segment === undefined || segment.bind(evaluation) !== undefined)
  }
}

/** The last one of a pattern is compared with all that is left. */
function segmentOf(arn: ArnText, index: number, isLast: boolean): string {
  return isLast && index < ARN_SEGMENTS - 1 ? restOfArn(arn, index) : (arn.segments[index] ?? '')
}

function segmentSteps(segment: Pattern, chars: number): number {
  return segment === ANYTHING ? 0 : segment.bindSteps + segment.matchSteps(chars)
}

/** One for all, as nearly every ARN has some. */
const ANYTHING = patternOf([{ kind: 'any-run' }])

/** @throws {PatternError} */
export function compileArnPattern(source: string, hasVariables: boolean): ArnPattern {
  const segments = splitArn(source, { hasVariables, hasWildcards: true })
  return new ArnPattern(segments.map((tokens) => (isAnything(tokens) ? ANYTHING : patternOf(tokens))))
}

function isAnything(tokens: readonly PatternToken[]): boolean {
  return tokens.length > 0 && tokens.every(({ kind }) => kind === 'any-run')
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
