import { expect, test } from 'bun:test'
import { readInstant, readTagAt } from './tag-at.ts'

test.each([
  ['prod', 'prod', undefined],
  ['prod@2026-08-01T00:00Z', 'prod', '2026-08-01T00:00:00.000Z'],
  ['prod@2026-08-01', 'prod', '2026-08-01T00:00:00.000Z'],
  ['v1.2@2026-08-01T02:30:15.5+02:00', 'v1.2', '2026-08-01T00:30:15.500Z'],
])('%s is a tag, and perhaps an instant', (text, tag, at) => {
  expect(readTagAt(text)).toEqual({ tag, at })
})

test.each(['', 'now', '2026-08-01T00:00', '2026-02-30', '1785542400', '2026-08-01T25:00Z', '\u001b[2J'])(
  'the time %j is refused, and how one looks is said',
  (text) => {
    expect(() => readInstant(text)).toThrow(/^The time "[ -~]*" must be like 2026-08-01 or 2026-08-01T00:00Z\.$/)
    expect(() => readTagAt(`prod@${text}`)).toThrow('must be like 2026-08-01')
  },
)
