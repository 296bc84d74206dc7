import { expect, test } from 'bun:test'
import { backOffMs } from './back-off.ts'

test.each([
  [1, 60_000],
  [2, 120_000],
  [3, 240_000],
  [11, 61_440_000],
  [12, 86_400_000],
  [1_000_000, 86_400_000],
])('backOffMs(%d) is %d', (attempts, ms) => {
  expect(backOffMs(attempts)).toBe(ms)
})
