import { expect, test } from 'bun:test'
import { beyond, lint, NONE, newer, V, within } from '../../../../test/lifecycle/lint-rules.ts'
import type { LadingRule } from '../lading/lading-policy.ts'

test.each<[LadingRule['action'], LadingRule['when'], string[]]>([
  ['keep', beyond(10), ['warning 1 wrong-end']],
  ['keep', within(10), NONE],
  ['keep', newer(10), NONE],
  ['expire', within(10), ['warning 1 wrong-end']],
  ['archive', within(10), ['warning 1 wrong-end']],
  ['expire', beyond(10), NONE],
  ['untag', within(10), NONE],
])('what to %s by %j is at the end that is meant: %j', (action, when, expected) => {
  expect(lint([{ select: V, action, ...(when && { when }) }])).toEqual(expected)
})
