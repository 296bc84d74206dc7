import { expect, test } from 'bun:test'
import { parsePageSize } from './parse-page-size.ts'

test.each([
  [undefined, undefined],
  ['0', 0],
  ['000', 0],
  ['1', 1],
  ['1000', 1000],
  ['10000', 10_000],
  ['10001', 10_000],
  ['100000000000000000000', 10_000],
  ['9'.repeat(5000), 10_000],
])('parsePageSize(%j) is %p', (text, expected) => {
  expect(parsePageSize(text)).toBe(expected)
})

test.each(['', '-1', '+1', 'abc', '1.5', '1e3', '0x10', ' 1', '1\r\n', '٣'])('parsePageSize() refuses %j', (text) => {
  expect(() => parsePageSize(text)).toThrow(expect.objectContaining({ reason: 'page-invalid' }))
})
