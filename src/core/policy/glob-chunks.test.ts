import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { expand, fits } from '../../../test/policy/naive-pattern.ts'
import { Evaluation } from './evaluation.ts'
import { compilePattern } from './pattern.ts'

function evaluationOf(context: Record<string, string | string[]> = {}): Evaluation {
  return new Evaluation({ resource: '*', context: { get: (key) => context[key] } }, Number.POSITIVE_INFINITY)
}

function matches(pattern: string, text: string, context: Record<string, string> = {}): boolean {
  const evaluation = evaluationOf(context)
  return (
    compilePattern(pattern, { hasVariables: true, hasWildcards: true }).bind(evaluation)?.matches(text, evaluation) ??
    false
  )
}

const letters = fc.constantFrom('a', 'b', '*', '?')
const patterns = fc.array(letters, { maxLength: 12 }).map((parts) => parts.join(''))
const texts = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 16 }).map((parts) => parts.join(''))

describe('patterns with * and ?', () => {
  test('agree with a table of all prefixes', () => {
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        const items = expand(pattern, { variables: false, wildcards: true, context: {} })
        expect(matches(pattern, text)).toBe(items !== undefined && fits(items, text))
      }),
      { numRuns: 20_000 },
    )
  })

  test('agree with it when some of the text is a variable, whatever stands in it', () => {
    const values = fc.array(letters, { maxLength: 4 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(patterns, patterns, values, texts, (before, after, value, rest) => {
        const pattern = `${before}\${a:b}${after}`
        for (const text of [rest, `${value}${rest}`, `${rest}${value}`]) {
          const items = expand(pattern, { variables: true, wildcards: true, context: { 'a:b': value } })
          expect(matches(pattern, text, { 'a:b': value })).toBe(items !== undefined && fits(items, text))
        }
      }),
      { numRuns: 10_000 },
    )
  })

  test('are no regular expressions', () => {
    for (const pattern of ['a.c', 'a+', '[a-z]c', '(a|b)', 'a\\', '^a$', 'a{2}']) {
      expect(matches(pattern, pattern)).toBe(true)
      expect(['abc', 'aa', 'bc', 'a', 'aa', 'b'].some((text) => matches(pattern, text))).toBe(false)
    }
  })
})

/** iam.md 1.6: as a regular expression the first takes minutes. */
describe('what makes regular expressions slow is fast', () => {
  const name = 'a'.repeat(256)
  test.each([
    ['*a*a*a*a*a*a*a*a*b', name],
    [`${'*a'.repeat(20)}*b`, name],
    [`${'*a'.repeat(250)}*b`, name],
    [`${'*a?'.repeat(80)}*b`, name],
    [`*${'a'.repeat(100)}b*c`, name],
    [`*${'a?'.repeat(60)}b*`, name],
    [`*${'ab'.repeat(20)}ba*`, 'ab'.repeat(128)],
    [`${'?*'.repeat(100)}b`, name],
  ])('%s', (pattern, text) => {
    const begun = performance.now()
    for (let round = 0; round < 100; round++) expect(matches(pattern, text)).toBe(false)
    // A hundred of them: one would be far below a tenth of a millisecond on any machine that is not busy.
    expect(performance.now() - begun).toBeLessThan(500)
  })
})
