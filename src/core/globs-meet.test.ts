import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { matchesGlob } from './glob.ts'
import { globsMeet } from './globs-meet.ts'

const glob = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 5 })

test.each([
  ['v*', 'v1', true],
  ['v*', '*-rc', true],
  ['v*', 'w*', false],
  ['*', '', true],
  ['a*b', 'a*c', false],
  ['a*b*', '*c', true],
  ['', '', true],
  ['a', '', false],
])('globsMeet(%p, %p) is %p', (a, b, meet) => {
  expect(globsMeet(a, b)).toBe(meet)
  expect(globsMeet(b, a)).toBe(meet)
})

test('two globs meet just when a text fits both', () => {
  const texts = [...allTexts(10)]
  fc.assert(
    fc.property(glob, glob, (a, b) => {
      expect(globsMeet(a, b)).toBe(texts.some((text) => matchesGlob(a, text) && matchesGlob(b, text)))
    }),
    { numRuns: 200 },
  )
})

/** As long as two of these globs together, so that one which fits both is among them. */
function* allTexts(longest: number): Generator<string> {
  for (let length = 0; length <= longest; length++) {
    for (let bits = 0; bits < 2 ** length; bits++) {
      yield bits
        .toString(2)
        .padStart(length, '0')
        .slice(-length || 99)
        .replaceAll('0', 'a')
        .replaceAll('1', 'b')
    }
  }
}

test('the longest filters that there are take no time to speak of', () => {
  expect(globsMeet(`${'a*'.repeat(64)}b`, `${'*a'.repeat(64)}c`)).toBe(false)
})
