import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { matchesGlob } from '../../glob.ts'
import { isTag } from '../../tag.ts'
import { areDisjointGlobs, containsGlob, fitsEveryTag, fitsNoTag } from './glob-relations.ts'

/** Every text of at most this many letters, one of which no glob has: what holds of these holds of all. */
function textsUpTo(length: number, letters: string): string[] {
  if (length === 0) return ['']
  const shorter = textsUpTo(length - 1, letters)
  return [
    ...shorter,
    ...shorter
      .filter((text) => text.length === length - 1)
      .flatMap((text) => [...letters].map((letter) => text + letter)),
  ]
}

const TEXTS = textsUpTo(7, 'abc')
const anyGlob = fc.stringMatching(/^[ab*]{0,4}$/)

test('containsGlob() is right, both ways', () => {
  fc.assert(
    fc.property(anyGlob, anyGlob, (outer, inner) => {
      const expected = TEXTS.every((text) => !matchesGlob(inner, text) || matchesGlob(outer, text))
      expect(containsGlob(outer, inner)).toBe(expected)
    }),
    { numRuns: 150 },
  )
})

test('areDisjointGlobs() is right, both ways', () => {
  fc.assert(
    fc.property(anyGlob, anyGlob, (a, b) => {
      const expected = !TEXTS.some((text) => matchesGlob(a, text) && matchesGlob(b, text))
      expect(areDisjointGlobs(a, b)).toBe(expected)
    }),
    { numRuns: 150 },
  )
})

test('fitsNoTag() and fitsEveryTag() are right, both ways', () => {
  const tags = textsUpTo(5, 'ab.').filter(isTag)
  fc.assert(
    fc.property(fc.stringMatching(/^[a.*/]{0,4}$/), (glob) => {
      expect(fitsNoTag(glob)).toBe(!tags.some((tag) => matchesGlob(glob, tag)))
      expect(fitsEveryTag(glob)).toBe(tags.every((tag) => matchesGlob(glob, tag)))
    }),
  )
})

test.each([
  ['a'.repeat(128), false],
  ['a'.repeat(129), true],
  [`*${'a'.repeat(128)}`, false],
  [`*${'a'.repeat(129)}*`, true],
])('fitsNoTag() knows how long tags are: %s', (glob, expected) => {
  expect(fitsNoTag(glob)).toBe(expected)
})
