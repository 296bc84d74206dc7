import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { compileGlob, matchesGlob } from './glob.ts'

test.each([
  ['prod', 'prod', true],
  ['prod', 'prod1', false],
  ['prod*', 'prod', true],
  ['prod*', 'production-team1', true],
  ['prod*', 'repo-production', false],
  ['*prod*', 'repo-production', true],
  ['*', '', true],
  ['', '', true],
  ['', 'a', false],
  ['a*b', 'ab', true],
  ['a*b', 'a', false],
  ['a**', 'a', true],
])('the glob %p fits %p: %p', (pattern, text, expected) => {
  expect(matchesGlob(pattern, text)).toBe(expected)
  expect(compileGlob(pattern)(text)).toBe(expected)
})

test('compileGlob() says what matchesGlob() says', () => {
  const texts = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 })
  fc.assert(
    fc.property(texts, texts, (pattern, text) => {
      expect(compileGlob(pattern)(text)).toBe(matchesGlob(pattern, text))
    }),
    { numRuns: 2000 },
  )
})
