import { expect, test } from 'bun:test'
import { parseForm, toTree } from './parameters.ts'

const parse = (text: string) => parseForm(Buffer.from(text))
const invalid = expect.objectContaining({ reason: 'parameter-invalid' })

test('parseForm() decodes names and values, raw UTF-8 too', () => {
  expect(parse('a=1+2%2B3&b=%C3%A9&c=é&d&X-Amz-Date=1')).toEqual(
    new Map([
      ['a', '1 2+3'],
      ['b', 'é'],
      ['c', 'é'],
      ['d', ''],
      ['X-Amz-Date', '1'],
    ]),
  )
  expect(parse('')).toEqual(new Map())
})

test('parseForm() makes a tree of dots, and nothing of names that objects have', () => {
  expect(parse('T.member.1.Key=k&T.member.1.Value=v&constructor=c')).toEqual(
    new Map<string, unknown>([
      ['T', new Map([['member', new Map([['1', new Map(Object.entries({ Key: 'k', Value: 'v' }))]])]])],
      ['constructor', 'c'],
    ]) as never, // The tree's type is recursive, which the matcher's is not.
  )
})

test.each([
  'a=1&a=1',
  'a=1&a.b=1',
  'a.b=1&a=1',
  'a=%',
  'a=%4',
  'a=%zz',
  'a=%ff',
  'a=%C0%80',
  'a=%ED%A0%80',
  '%61=1&a=2',
  '=1',
  '&',
  'a.=1',
  '.a=1',
  'a..b=1',
  '__proto__=1',
  'a b=1',
  'a.b.c.d.e.f.g.h.i=1',
  `${'a'.repeat(257)}=1`,
])('parseForm() refuses %s', (form) => {
  expect(() => parse(form)).toThrow(invalid)
})

test('parseForm() refuses bytes that are no UTF-8', () => {
  expect(() => parseForm(new Uint8Array([97, 61, 0xff]))).toThrow(invalid)
  expect(() => parseForm(new Uint8Array([0xef, 0xbb, 0xbf, 97, 61, 49]))).toThrow(invalid)
})

test('a thousand parameters are taken, and one more is not', () => {
  const pairs = Array.from({ length: 1000 }, (_, index) => [`a${index}`, ''] as const)
  const form = pairs.map(([name]) => `${name}=`)
  expect(parse(form.join('&')).size).toBe(1000)
  expect(toTree(pairs).size).toBe(1000)
  expect(() => parse([...form, 'b='].join('&'))).toThrow(invalid)
  expect(() => toTree([...pairs, ['b', '']])).toThrow(invalid)
})

test('a form of nothing but separators costs little', () => {
  const startedMs = performance.now()
  expect(() => parse('&'.repeat(256 * 1024))).toThrow(invalid)
  expect(() => parse(`${'a.'.repeat(128 * 1024)}=1`)).toThrow(invalid)
  expect(performance.now() - startedMs).toBeLessThan(1000)
})
