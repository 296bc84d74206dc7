import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { compareSemver, parseSemver, type Semver } from './semver.ts'

function version(text: string): Semver {
  const parsed = parseSemver(text)
  if (parsed === undefined) throw new Error(`no version: ${text}`)
  return parsed
}

test.each([
  ['1.2.3', { major: '1', minor: '2', patch: '3', prerelease: [] }],
  ['v0.0.4', { major: '0', minor: '0', patch: '4', prerelease: [] }],
  ['1.0.0-alpha.1', { major: '1', minor: '0', patch: '0', prerelease: ['alpha', '1'] }],
  ['1.0.0-0A.is.legal', { major: '1', minor: '0', patch: '0', prerelease: ['0A', 'is', 'legal'] }],
  ['1.0.0--', { major: '1', minor: '0', patch: '0', prerelease: ['-'] }],
  ['1.2.3----R-S.12.9.1--.12', { major: '1', minor: '2', patch: '3', prerelease: ['---R-S', '12', '9', '1--', '12'] }],
  [
    '99999999999999999999999.999999999999999999.99999999999999999',
    {
      major: '99999999999999999999999',
      minor: '999999999999999999',
      patch: '99999999999999999',
      prerelease: [],
    },
  ],
])('parseSemver() reads %s', (text, expected) => {
  expect(parseSemver(text)).toEqual(expected)
})

// Of the list that semver.org's regular expression is published with; with build metadata there, which tags have not.
test.each([
  '',
  'v',
  '1',
  '1.2',
  'v1.2',
  '1.2.3.4',
  '01.1.1',
  '1.01.1',
  '1.1.01',
  '1.2.3-0123',
  '1.2.3-0123.0123',
  '1.2.3-',
  '1.2.3-a..b',
  '1.2.3-a.',
  '1.2.3-_',
  '1.2.3+build',
  'V1.2.3',
  'vv1.2.3',
  ' 1.2.3',
  '1.2.3\n',
  '-1.0.3',
  'alpha.beta.1',
  `1.0.0-${'a'.repeat(128)}`,
])('parseSemver() does not take %j for a version', (text) => {
  expect(parseSemver(text)).toBeUndefined()
})

test('compareSemver() orders the examples of SemVer item 11', () => {
  const ascending = [
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '2.0.0',
    '2.1.0',
    '2.1.1',
    '10.0.0',
  ]
  const sorted = ascending.toReversed().toSorted((a, b) => compareSemver(version(a), version(b)))
  expect(sorted).toEqual(ascending)
})

test('compareSemver() passes over the leading v and is exact beyond 2^53', () => {
  expect(compareSemver(version('v1.2.3'), version('1.2.3'))).toBe(0)
  expect(compareSemver(version('9007199254740993.0.0'), version('9007199254740992.0.0'))).toBeGreaterThan(0)
  expect(compareSemver(version('1.0.0-9007199254740993'), version('1.0.0-9007199254740992'))).toBeGreaterThan(0)
})

/** Beyond 2^53, and six of them still no longer than a tag. */
const number = fc.oneof(fc.nat(12), fc.bigInt({ min: 0n, max: 10n ** 17n })).map(String)
const word = fc.stringMatching(/^[0-9]{0,2}[a-zA-Z-][0-9a-zA-Z-]{0,3}$/)
const versions = fc
  .tuple(fc.constantFrom('', 'v'), number, number, number, fc.array(fc.oneof(number, word), { maxLength: 3 }))
  .map(([v, ...rest]) => ({ v, rest }))
  .map(
    ({ v, rest: [major, minor, patch, pre] }) =>
      `${v}${major}.${minor}.${patch}${pre.length ? `-${pre.join('.')}` : ''}`,
  )

test('parseSemver() keeps all of a version but its v', () => {
  fc.assert(
    fc.property(versions, (text) => {
      const { major, minor, patch, prerelease } = version(text)
      const again = `${major}.${minor}.${patch}${prerelease.length ? `-${prerelease.join('.')}` : ''}`
      expect(again).toBe(text.replace(/^v/, ''))
    }),
  )
})

test('compareSemver() is a total order, and zero only for what is the same but for the v', () => {
  fc.assert(
    fc.property(versions, versions, versions, (a, b, c) => {
      const order = (x: string, y: string) => Math.sign(compareSemver(version(x), version(y)))
      expect(order(a, b) + order(b, a)).toBe(0)
      expect(order(a, b) === 0).toBe(a.replace(/^v/, '') === b.replace(/^v/, ''))
      if (order(a, b) <= 0 && order(b, c) <= 0) expect(order(a, c)).toBeLessThanOrEqual(0)
    }),
  )
})

test('compareSemver() is the order of numbers where a naive comparison by BigInt can say so', () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: 0n, max: 10n ** 20n }), { minLength: 6, maxLength: 6 }), (numbers) => {
      const [a, b] = [numbers.slice(0, 3), numbers.slice(3)]
      const first = a.findIndex((part, index) => part !== b[index])
      const expected = first === -1 ? 0 : (a[first] ?? 0n) < (b[first] ?? 0n) ? -1 : 1
      expect(Math.sign(compareSemver(version(a.join('.')), version(b.join('.'))))).toBe(expected)
    }),
  )
})
