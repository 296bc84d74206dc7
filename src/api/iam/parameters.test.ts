import { expect, test } from 'bun:test'
import { Inputs } from '../query/inputs.ts'
import { toTree } from '../query/parameters.ts'
import {
  LONGEST_PRINCIPAL_NAME,
  pageOf,
  pageOfAll,
  parseName,
  parsePage,
  parsePath,
  parsePathPrefix,
  parseTagKeys,
  parseTags,
} from './parameters.ts'

const inputs = (members: Record<string, string>) => new Inputs(toTree(Object.entries(members)))
const invalid = expect.objectContaining({ reason: 'parameter-invalid' })
const tags = (...pairs: [string, string][]) =>
  inputs(
    Object.fromEntries(
      pairs.flatMap(([key, value], at) => [
        [`Tags.member.${at + 1}.Key`, key],
        [`Tags.member.${at + 1}.Value`, value],
      ]),
    ),
  )

test('names are of letters, digits and +=,.@_-, and no longer than they may be', () => {
  for (const name of ['a', 'A+b=c,d.e@f_g-h', 'x'.repeat(128)]) {
    expect(parseName(inputs({ UserName: name }), 'UserName')).toBe(name)
  }
  for (const name of ['', ' ', 'a b', 'a/b', 'a*', 'é', 'a\n', 'x'.repeat(129)]) {
    expect(() => parseName(inputs({ UserName: name }), 'UserName')).toThrow(invalid)
  }
  const longest = inputs({ UserName: 'x'.repeat(65) })
  expect(() => parseName(longest, 'UserName', LONGEST_PRINCIPAL_NAME)).toThrow('less than or equal to 64')
  expect(() => parseName(inputs({ UserName: 'a/b' }), 'UserName')).toThrow(
    'The specified value for userName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-',
  )
})

test('paths begin and end with a slash, and are printed ASCII', () => {
  for (const path of ['/', '/a/', '/a/b!~/', `/${'x'.repeat(510)}/`]) {
    expect(parsePath(inputs({ Path: path }), 'Path')).toBe(path)
  }
  for (const path of ['', 'a', '/a', 'a/', '//', '/a b/', '/é/', '/a\n/', `/${'x'.repeat(511)}/`]) {
    expect(() => parsePath(inputs({ Path: path }), 'Path')).toThrow(invalid)
  }
  expect(parsePathPrefix(inputs({}))).toBe('/')
  expect(parsePathPrefix(inputs({ PathPrefix: '/te' }))).toBe('/te')
  expect(() => parsePathPrefix(inputs({ PathPrefix: 'te' }))).toThrow(invalid)
})

test('tags are of the letters that IAM takes, each key once in any case', () => {
  expect(parseTags(tags(['Team', 'Ünï 1/2'], ['empty', '']))).toEqual([
    { key: 'Team', value: 'Ünï 1/2' },
    { key: 'empty', value: '' },
  ])
  expect(parseTags(inputs({}))).toEqual([])
  expect(() => parseTags(tags(['a', '1'], ['A', '2']))).toThrow('Duplicate tag keys found.')
  for (const [key, value] of [
    ['', 'v'],
    ['a<', 'v'],
    ['k', '*'],
    ['x'.repeat(129), 'v'],
    ['k', 'x'.repeat(257)],
  ]) {
    expect(() => parseTags(tags([key ?? '', value ?? '']))).toThrow(invalid)
  }
  expect(() => parseTags(inputs({ 'Tags.member.1.Key': 'k' }))).toThrow("Value null at 'tags.1.member.value'")
  expect(() => parseTagKeys(inputs({}))).toThrow("Value null at 'tagKeys'")
  expect(parseTagKeys(inputs({ 'TagKeys.member.1': 'a' }))).toEqual(['a'])
})

test('a marker leads on to what comes after the page, and nothing else is one', () => {
  const all = ['c', 'a', 'b']
  const name = (item: string) => item
  const first = pageOfAll(all, parsePage(inputs({ MaxItems: '2' })), name)
  expect(first).toMatchObject({ items: ['a', 'b'], IsTruncated: true })
  const second = pageOfAll(all, parsePage(inputs({ Marker: first.Marker ?? '' })), name)
  expect(second).toEqual({ items: ['c'], IsTruncated: false })
  expect(pageOf(['a', 'b'], { limit: 2, after: undefined }, name).IsTruncated).toBe(false)
  for (const marker of ['', '*', 'YQ==', 'YR', 'AA', '_w', 'x'.repeat(321)]) {
    expect(() => parsePage(inputs({ Marker: marker }))).toThrow(invalid)
  }
  for (const most of ['0', '1001', '-1', 'all']) expect(() => parsePage(inputs({ MaxItems: most }))).toThrow(invalid)
  expect(parsePage(inputs({ MaxItems: '1000' })).limit).toBe(1000)
})
