import { expect, test } from 'bun:test'
import { parseRetryAfter, retryDelayMs } from './retry-delay.ts'

test('retryDelayMs() doubles from seconds to an hour, and 35 attempts are about a day', () => {
  expect([1, 2, 3, 11, 12, 40, 5000].map((attempts) => retryDelayMs(attempts, 0.5))).toEqual([
    2000, 4000, 8000, 2_048_000, 3_600_000, 3_600_000, 3_600_000,
  ])
  let sumMs = 0
  for (let attempts = 1; attempts < 35; attempts++) sumMs += retryDelayMs(attempts, 0.5)
  expect(sumMs / 3_600_000).toBeWithin(23, 26)
})

test('retryDelayMs() is spread by a quarter, and never longer than an hour unless that is asked for', () => {
  expect([0, 0.999].map((random) => retryDelayMs(1, random))).toEqual([1500, 2499])
  expect([0, 0.999].map((random) => retryDelayMs(30, random))).toEqual([2_700_000, 3_600_000])
  expect([retryDelayMs(1, 0.5, 60_000), retryDelayMs(12, 0.5, 60_000)]).toEqual([60_000, 3_600_000])
  expect(retryDelayMs(1, 0.5, 1e12)).toBe(24 * 3_600_000)
})

test('parseRetryAfter() reads seconds and dates, and nothing else', () => {
  const nowMs = Date.parse('2026-11-27T00:00:00Z')
  expect(parseRetryAfter('120', nowMs)).toBe(120_000)
  expect(parseRetryAfter('Fri, 27 Nov 2026 00:01:00 GMT', nowMs)).toBe(60_000)
  expect(parseRetryAfter('Thu, 26 Nov 2026 00:01:00 GMT', nowMs)).toBe(0)
  for (const text of [undefined, '', 'soon', '-5', '1.5', '9'.repeat(70)]) {
    expect(parseRetryAfter(text, nowMs)).toBeUndefined()
  }
})
