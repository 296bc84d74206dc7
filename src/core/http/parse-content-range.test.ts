import { expect, test } from 'bun:test'
import { parseContentRange } from './parse-content-range.ts'

test.each([
  ['0-0', 0, 0],
  ['5-1023', 5, 1023],
  ['bytes 5-1023/*', 5, 1023],
  ['bytes 5-1023/1024', 5, 1023],
  ['BYTES 5-1023', 5, 1023],
  [' 5-6 ', 5, 6],
])('parseContentRange() takes %j', (header, start, end) => {
  expect(parseContentRange(header)).toEqual({ start, end })
})

test('parseContentRange() gives undefined without a header', () => {
  expect(parseContentRange(null)).toBeUndefined()
})

test.each([
  ['nothing', ''],
  ['garbage', 'garbage'],
  ['a reversed range', '10-5'],
  ['an open end', '5-'],
  ['a suffix', '-5'],
  ['another unit', 'items 0-5/6'],
  ['the form of Range', 'bytes=0-5'],
  ['an end beyond the total', 'bytes 0-5/5'],
  ['an unsatisfied range', 'bytes */5'],
  ['a negative start', '-1-5'],
  ['hexadecimal', '0x0-0x5'],
  ['an offset of 2^53', '0-9007199254740992'],
  ['an offset of 2^64', '18446744073709551616-18446744073709551617'],
  ['two ranges', '0-5,6-7'],
  ['a line break', '0-5\r\nX: y'],
])('parseContentRange() refuses %s', (_, header) => {
  expect(() => parseContentRange(header)).toThrow(expect.objectContaining({ reason: 'upload-range' }))
})
