import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { compileLinearRegex, LinearRegexError } from './linear-regex.ts'

test.each([
  ['(', 'missing closing )'],
  ['a**', 'invalid nested repetition operator'],
  ['(a)\\1', 'invalid escape sequence'],
  ['(?=a)', 'invalid or unsupported Perl syntax'],
  ['(?<=a)b', 'invalid named capture'],
  ['\\pL+', 'invalid escape sequence'],
  ['\\p{Greek}', 'invalid escape sequence'],
  ['a{129}', 'at most 128 repetitions'],
  ['a{1,1000}', 'at most 128 repetitions'],
  ['a{2000,}', 'at most 128 repetitions'],
  ['(a{100}){100}', 'invalid repeat count'],
  ['a{128}'.repeat(40), 'at most 250 instructions'],
  ['(.?){128}(.?){128}', 'at most 250 instructions'],
])('compileLinearRegex() refuses %s: %s', (pattern, problem) => {
  expect(() => compileLinearRegex(pattern)).toThrow(LinearRegexError)
  expect(() => compileLinearRegex(pattern)).toThrow(problem)
})

// Each of these takes a backtracking engine longer than there is time, on a tag of the greatest length.
test.each([
  ['(a+)+b', 'a'.repeat(128), false],
  ['(a|a)*b', 'a'.repeat(128), false],
  ['(a|aa)+', `${'a'.repeat(127)}b`, false],
  ['(a*)*(a*)*(a*)*b', 'a'.repeat(128), false],
  ['(.*)(.*)(.*)(.*)(.*)x', 'a'.repeat(128), false],
  ['(a?){40}a{40}', 'a'.repeat(40), true],
  ['(?:[ab]*a[ab]{60})*', `${'ab'.repeat(63)}a`, true],
  ['(^|$|a|b)*x', 'ab'.repeat(64), false],
])('%s is judged of a hostile tag by steps that its size and the tag bound', (pattern, text, expected) => {
  const regex = compileLinearRegex(pattern)
  expect(regex.size).toBeLessThanOrEqual(250)
  expect(regex.fits(text)).toBe(expected)
})

test('fits() says what RegExp says, anchored, where both have the syntax', () => {
  const patterns = [
    ['a*b', /^(?:a*b)$/],
    ['a|ab|ba', /^(?:a|ab|ba)$/],
    ['(ab)+1?', /^(?:(ab)+1?)$/],
    ['[^a].*', /^(?:[^a].*)$/],
    ['\\w{2,3}\\b', /^(?:\w{2,3}\b)$/],
    ['(a|b)*1(a|b|1){3}', /^(?:(a|b)*1(a|b|1){3})$/],
  ] as const
  const compiled = patterns.map(([pattern, native]) => ({ ...compileLinearRegex(pattern), native }))
  fc.assert(
    fc.property(fc.stringMatching(/^[ab1.-]{0,10}$/), (text) => {
      for (const { fits, native } of compiled) expect(fits(text)).toBe(native.test(text))
    }),
    { numRuns: 500 },
  )
})
