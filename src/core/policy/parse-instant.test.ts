import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { parseInstant } from './parse-instant.ts'

test.each([
  ['2026-11-27', Date.UTC(2026, 10, 27)],
  ['2026-11-27T01:02Z', Date.UTC(2026, 10, 27, 1, 2)],
  ['2026-11-27T01:02:03Z', Date.UTC(2026, 10, 27, 1, 2, 3)],
  ['2026-11-27T01:02:03.5Z', Date.UTC(2026, 10, 27, 1, 2, 3, 500)],
  ['2026-11-27T01:02:03+02:30', Date.UTC(2026, 10, 26, 22, 32, 3)],
  ['2026-11-27T01:02:03-02:30', Date.UTC(2026, 10, 27, 3, 32, 3)],
  ['2024-02-29', Date.UTC(2024, 1, 29)],
  ['1795737600', Date.UTC(2026, 10, 27)],
  ['1795737600.25', Date.UTC(2026, 10, 27, 0, 0, 0, 250)],
])('parseInstant(%p)', (text, ms) => {
  expect(parseInstant(text)).toBe(ms)
})

test.each([
  '',
  '2026-02-29',
  '2026-13-01',
  '2026-00-10',
  '2026-11-27T24:00:00Z',
  '2026-11-27T01:02:03',
  '2026-11-27 01:02:03Z',
  '26-11-27',
  '2026-11-27T01:02:03+25:00',
  '-1',
  'now',
  '1'.repeat(13),
  `2026-11-27T00:00:00.${'0'.repeat(10_000)}Z`,
])('parseInstant(%p) is none', (text) => {
  expect(parseInstant(text)).toBeUndefined()
})

test('parseInstant() reads what toISOString() writes', () => {
  const dates = fc.date({ min: new Date('0100-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  fc.assert(fc.property(dates, (date) => expect(parseInstant(date.toISOString())).toBeCloseTo(date.getTime(), 3)))
})
