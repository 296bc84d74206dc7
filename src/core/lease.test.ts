import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { hasWholeTerm, leaseEndMs } from './lease.ts'

test.each([
  [1500, 0, true],
  [1500, 500, true],
  [1500, 501, false],
  [1500, 1500, false],
])('hasWholeTerm(%d, %d) of 1000 is %p', (endMs, nowMs, whole) => {
  expect(hasWholeTerm(endMs, nowMs, 1000)).toBe(whole)
})

test('whoever asks has the whole term afterwards, and it is written twice per term at most', () => {
  const pauses = fc.array(fc.nat({ max: 700 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), pauses, (promisedMs, waits) => {
      let [nowMs, endMs, writes] = [0, 0, 0]
      for (const wait of waits) {
        nowMs += wait
        if (!hasWholeTerm(endMs, nowMs, promisedMs)) {
          endMs = leaseEndMs(nowMs, promisedMs)
          writes += 1
        }
        expect(endMs - nowMs).toBeGreaterThanOrEqual(promisedMs)
        expect(Number.isInteger(endMs)).toBe(true)
      }
      expect(writes).toBeLessThanOrEqual(1 + nowMs / (promisedMs / 2))
    }),
  )
})
