import { describe, expect, test } from 'bun:test'
import { matchesIfMatch, matchesIfNoneMatch, parseEntityTags } from './entity-tags.ts'

const CURRENT = 'sha256:aa'

describe('matchesIfNoneMatch()', () => {
  test.each([
    [`"${CURRENT}"`, true],
    [`W/"${CURRENT}"`, true],
    [`"x", W/"y" ,, "${CURRENT}"`, true],
    [`"a,b","${CURRENT}"`, true],
    ['*', true],
    [' * ', true],
    ['"sha256:bb"', false],
    [CURRENT, false],
    [`"${CURRENT}`, false],
    [`w/"${CURRENT}"`, false],
    [`"${CURRENT}" "x"`, false],
    [`*, "${CURRENT}"`, false],
    ['', false],
    [null, false],
  ])('%j: %p', (header, expected) => {
    expect(matchesIfNoneMatch(header, CURRENT)).toBe(expected)
  })

  test('names nothing when there is nothing, not even by *', () => {
    expect(matchesIfNoneMatch('*', undefined)).toBe(false)
    expect(matchesIfNoneMatch(`"${CURRENT}"`, undefined)).toBe(false)
  })
})

describe('matchesIfMatch()', () => {
  test.each([
    [null, true],
    [`"${CURRENT}"`, true],
    [`"x","${CURRENT}"`, true],
    ['*', true],
    [`W/"${CURRENT}"`, false],
    ['"sha256:bb"', false],
    ['', false],
    [CURRENT, false],
  ])('%j: %p', (header, expected) => {
    expect(matchesIfMatch(header, CURRENT)).toBe(expected)
  })

  test('with nothing there, only its absence lets a change go ahead', () => {
    expect(matchesIfMatch(null, undefined)).toBe(true)
    expect(matchesIfMatch('*', undefined)).toBe(false)
    expect(matchesIfMatch(`"${CURRENT}"`, undefined)).toBe(false)
  })
})

test('parseEntityTags() takes time in proportion to its input', () => {
  const startMs = performance.now()
  expect(parseEntityTags('"a",'.repeat(100_000))).toHaveLength(100_000)
  expect(parseEntityTags(`${'\t'.repeat(100_000)}x`)).toEqual([])
  expect(parseEntityTags(`"a"${' '.repeat(100_000)}x`)).toEqual([])
  expect(parseEntityTags(`"${'a'.repeat(100_000)}`)).toEqual([])
  expect(performance.now() - startMs).toBeLessThan(1000)
})
