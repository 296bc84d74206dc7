import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { leftOf, quotaExceeded, splitUsage } from './quota.ts'

test('the parts of a split add up to it, and differ by one at most', () => {
  const number = fc.integer({ min: -1e12, max: 1e12 })
  fc.assert(
    fc.property(number, number, fc.integer({ min: 1, max: 64 }), (bytes, images, parts) => {
      const split = splitUsage({ bytes, images }, parts)
      expect(split).toHaveLength(parts)
      for (const [unit, total] of [
        ['bytes', bytes],
        ['images', images],
      ] as const) {
        const amounts = split.map((part) => part[unit])
        expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBe(total)
        expect(Math.max(...amounts) - Math.min(...amounts)).toBeLessThanOrEqual(1)
      }
    }),
  )
})

test('what a quota does not bound it has nothing left of, and nothing is taken of that', () => {
  expect(leftOf({ images: 5 }, { bytes: 900, images: 7 })).toEqual({ bytes: 0, images: -2 })
})

test('a refusal says the limit, what is used and what was needed', () => {
  const quota = { bytes: 100, images: 10 }
  const figures = { left: { bytes: 30, images: 10 }, needed: { bytes: 31, images: 1 } }
  const refusal = quotaExceeded({ kind: 'registry' }, quota, figures)
  expect(refusal.message).toContain('The quota of the registry in bytes is 100. Used are 70, and this needs 31 more.')
  expect(refusal.detail).toMatchObject({ unit: 'bytes', limit: 100, used: 70, needed: 31 })
  const images = quotaExceeded({ kind: 'registry' }, quota, { left: { bytes: 99, images: 0 }, needed: figures.needed })
  expect(images.message).toContain('in images is 10. Used are 10, and this needs 1 more.')
})
