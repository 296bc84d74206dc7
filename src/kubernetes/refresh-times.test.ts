import { expect, test } from 'bun:test'
import { refreshAfterMs, retryAfterMs } from './refresh-times.ts'

const HOUR_MS = 3_600_000

test.each([
  [0, HOUR_MS / 2],
  [0.5, HOUR_MS * 0.45],
  [1, HOUR_MS * 0.4],
])('a token of an hour is renewed at half of its life or a little before (chance %d)', (chance, expectedMs) => {
  expect(refreshAfterMs(HOUR_MS, chance)).toBe(expectedMs)
})

test('a token that has ended already, or lasts for ever, is no reason to spin', () => {
  expect(refreshAfterMs(-HOUR_MS, 0)).toBe(10_000)
  expect(refreshAfterMs(0, 1)).toBe(10_000)
  expect(refreshAfterMs(Number.MAX_SAFE_INTEGER, 0)).toBe(2 ** 31 - 1)
})

test('retries come a second apart, then twice as far, a minute at most', () => {
  expect([1, 2, 3, 6, 7, 8, 1000].map((failures) => retryAfterMs(failures, 0))).toEqual([
    1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000,
  ])
  expect(retryAfterMs(3, 1)).toBe(2_000)
})
