import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { Refusal } from '../refusal.ts'
import { parseRange } from './parse-range.ts'

/** `0-9,20-29` for the ranges, `whole`, or the refusal's reason. */
function outcome(header: string | null, sizeBytes = 1000): string {
  try {
    const range = parseRange(header, sizeBytes)
    if (range.kind === 'whole') return 'whole'
    return range.ranges.map(({ start, end }) => `${start}-${end}`).join(',')
  } catch (error) {
    if (error instanceof Refusal) return error.reason
    throw error
  }
}

const disjoint = (count: number) => Array.from({ length: count }, (_, i) => `${i * 3}-${i * 3 + 1}`).join(',')

describe('parseRange()', () => {
  test.each([
    ['bytes=0-', '0-999'],
    ['bytes=0-0', '0-0'],
    ['bytes=500-1499', '500-999'],
    ['bytes=999-', '999-999'],
    ['bytes=-500', '500-999'],
    ['bytes=-1', '999-999'],
    ['bytes=-5000', '0-999'],
    ['BYTES=1-2', '1-2'],
    ['bytes= 1-2 ,\t4-5', '1-2,4-5'],
    ['bytes=,1-2,,4-5,', '1-2,4-5'],
    // RFC 9110 allows request order, and podman depends on it: never sorted, never merged.
    ['bytes=427-500,0-5,501-502', '427-500,0-5,501-502'],
    ['bytes=-1,0-1', '999-999,0-1'],
    ['bytes=0-9007199254740993', '0-999'],
    [`bytes=0-${'9'.repeat(400)}`, '0-999'],
    [`bytes=-${'9'.repeat(400)}`, '0-999'],
    [`bytes=${'0'.repeat(400)}1-2`, '1-2'],
  ])('%s asks for %s', (header, expected) => {
    expect(outcome(header)).toBe(expected)
  })

  test.each([
    [null],
    [''],
    ['bytes'],
    ['bytes='],
    ['bytes=,'],
    ['bytes=-'],
    ['bytes=a-b'],
    ['bytes=1'],
    ['bytes=1-2-3'],
    ['bytes=1-2;4-5'],
    ['bytes=+1-2'],
    ['bytes=1-2,x'],
    ['bytes=0x1-2'],
    ['bytes=1.5-2'],
    ['bytes=--1'],
    ['bytes =0-1'],
    ['items=0-1'],
    ['seconds=1-2'],
  ])('%j is ignored', (header) => {
    expect(outcome(header)).toBe('whole')
  })

  test.each([
    ['bytes=5-2'],
    ['bytes=500-0'],
    ['bytes=-0'],
    ['bytes=1000-'],
    ['bytes=5000-10000'],
    ['bytes=18446744073709551616-'],
    [`bytes=${'9'.repeat(400)}-`],
    // Dropping it would shift the parts that follow under podman's feet.
    ['bytes=0-1,1000-1001'],
    ['bytes=5000-,6000-'],
  ])('%s cannot be satisfied', (header) => {
    expect(outcome(header)).toBe('range-unsatisfiable')
  })

  test('nothing of an empty blob can be asked for', () => {
    for (const header of ['bytes=0-', 'bytes=0-0', 'bytes=-1', 'bytes=-0']) {
      expect(outcome(header, 0)).toBe('range-unsatisfiable')
    }
    expect(() => parseRange('bytes=0-', 0)).toThrow(expect.objectContaining({ detail: { sizeBytes: 0 } }))
  })

  test.each([
    ['two that overlap in one byte', 'bytes=0-5,5-9'],
    ['the same twice', 'bytes=0-0,0-0'],
    ['one inside another, out of order', 'bytes=100-,500-501'],
    ['a suffix over a range', 'bytes=0-,-1'],
    ['the whole, a thousand times', `bytes=${Array(1000).fill('0-').join(',')}`],
    ['more than 1,024', `bytes=${disjoint(1025)}`],
    ['a hundred thousand', `bytes=${disjoint(100_000)}`],
  ])('%s are too many', (_, header) => {
    expect(outcome(header, 1_000_000)).toBe('range-excessive')
  })

  test('1,024 ranges are as many as podman asks for, and all are served', () => {
    const asked = disjoint(1024)
    expect(outcome(`bytes=${asked}`, 1_000_000)).toBe(asked)
  })

  test('ranges always lie inside, in request order, and never add up to more than there is', () => {
    const ranges = fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(ranges, fc.nat(50), (asked, sizeBytes) => {
        const header = `bytes=${asked.map(([first, last]) => `${first}-${last}`).join(',')}`
        if (outcome(header, sizeBytes).startsWith('range-')) return
        const parsed = parseRange(header, sizeBytes)
        if (parsed.kind === 'whole') throw new Error('a valid header must not be ignored')
        expect(parsed.ranges.map((range) => range.start)).toEqual(asked.map(([first]) => first))
        const sum = parsed.ranges.reduce((bytes, { start, end }) => bytes + end - start + 1, 0)
        expect(sum).toBeLessThanOrEqual(sizeBytes)
        for (const { start, end } of parsed.ranges) expect(start <= end && end < sizeBytes).toBe(true)
      }),
    )
  })
})
