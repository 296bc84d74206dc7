import { expect, test } from 'bun:test'
import { beyond, DEAD, lint, NONE, newer, older, V, within } from '../../../../test/lifecycle/lint-rules.ts'
import type { LadingRule } from '../lading/lading-policy.ts'

test.each<[string, LadingRule[], string[]]>([
  ['all at once', [{ select: {}, action: 'expire' }], ['error 1 expires-everything']],
  [
    'all in parts',
    [
      { select: { tagged: false }, action: 'expire' },
      { select: { tags: '*' }, action: 'expire' },
    ],
    ['error 2 expires-everything'],
  ],
  ['standard images alone', [{ select: { storageClass: 'standard' }, action: 'expire' }], NONE],
  [
    'all that no other keeps',
    [
      { select: V, action: 'keep' },
      { select: {}, action: 'expire' },
    ],
    NONE,
  ],
  ['all that is old', [{ select: {}, when: older(30, 'pushed'), action: 'expire' }], ['warning 1 empties-repository']],
  [
    'all that is old, but ten',
    [
      { select: {}, when: beyond(10), action: 'expire', rest: 'keep' },
      { select: {}, when: older(30, 'pushed'), action: 'expire' },
    ],
    DEAD,
  ],
  ['all that is not pulled', [{ select: {}, when: older(30), action: 'expire' }], NONE],
  [
    'all but the young',
    [
      { select: {}, when: newer(30, 'pushed'), action: 'keep' },
      { select: {}, action: 'expire' },
    ],
    ['warning 2 empties-repository'],
  ],
  [
    'all but what is pulled',
    [
      { select: {}, when: newer(30), action: 'keep' },
      { select: {}, action: 'expire' },
    ],
    NONE,
  ],
  [
    'all but the first ten, and the young',
    [
      { select: {}, when: newer(30, 'pushed'), action: 'keep' },
      { select: {}, when: within(10), action: 'keep' },
      { select: {}, action: 'expire' },
    ],
    NONE,
  ],
  ['versions that are old', [{ select: V, when: older(30, 'pushed'), action: 'expire' }], NONE],
])('what is left when it expires %s', (_, rules, expected) => {
  expect(lint(rules)).toEqual(expected)
})
