import { expect, test } from 'bun:test'
import { parseSemver } from '../../semver.ts'
import { isInSemverRange, parseSemverRange } from './semver-range.ts'

test.each([
  '',
  ' ',
  '>=',
  '>= 1.0.0',
  '^1.0.0',
  '~1.0.0',
  '1.x',
  '1.0',
  '==1.0.0',
  '>1.0.0,<2.0.0',
  '1.0.0 || 2.0.0',
  `>=1.0.0 ${'1.0.0 '.repeat(22)}`,
])('parseSemverRange() does not take %j', (text) => {
  expect(parseSemverRange(text)).toBeUndefined()
})

test.each([
  ['>=1.0.0', '1.0.0', true],
  ['>=1.0.0', '1.0.0-rc.1', false],
  ['>1.0.0', '1.0.0', false],
  ['<1.0.0', '1.0.0-rc.1', true],
  ['<=1.0.0', '1.0.1', false],
  ['=1.0.0', 'v1.0.0', true],
  ['>2.0.0 <1.0.0', '1.5.0', false],
])('%s has %s in it: %p', (text, tag, expected) => {
  const range = parseSemverRange(text)
  const version = parseSemver(tag)
  if (range === undefined || version === undefined) throw new Error('neither range nor version')
  expect(isInSemverRange(range, version)).toBe(expected)
})
