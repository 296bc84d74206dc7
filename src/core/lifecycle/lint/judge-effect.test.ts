import { expect, test } from 'bun:test'
import { beyond, lint, NONE, V } from '../../../../test/lifecycle/lint-rules.ts'
import type { LadingRule } from '../lading/lading-policy.ts'

test.each<[string, Partial<LadingRule>, string[]]>([
  ['tags of untagged images', { select: { tagged: false, tags: 'v*' } }, ['error 1 never-selects']],
  ['untagged by not', { select: { tagged: false, tags: { not: 'v*' } } }, NONE],
  ['no tags of tagged images', { select: { tagged: true, tags: { not: '*' } } }, ['error 1 never-selects']],
  ['a character that no tag has', { select: { tags: 'feature/*' } }, ['error 1 never-selects']],
  ['an empty glob', { select: { tags: '' } }, ['error 1 never-selects']],
  ['a tag that begins with a dash', { select: { tags: '-*' } }, ['error 1 never-selects']],
  ['a dash after anything', { select: { tags: '*-' } }, NONE],
  ['a range of no versions', { select: { tags: { semver: '>=2.0.0 <2.0.0' } } }, ['error 1 never-selects']],
  ['a range of one version', { select: { tags: { semver: '>=2.0.0 <=2.0.0' } } }, NONE],
  ['one tag that is two', { select: { tags: { some: { all: ['dev*', 'test*'] } } } }, ['error 1 never-selects']],
  ['one tag that is both', { select: { tags: { some: { all: ['dev*', '*test'] } } } }, NONE],
  ['every tag other than some tag', { select: { tags: { all: [{ every: 'a*' }, 'b*'] } } }, ['error 1 never-selects']],
  ['two tags', { select: { tags: { all: ['dev*', 'test*'] } } }, NONE],
  [
    'untagged since, of tagged',
    { select: V, when: { olderThan: { days: 1, since: 'untagged' } } },
    ['error 1 never-hits'],
  ],
  [
    'untagged since, of tagged, which keeps',
    { select: V, when: { olderThan: { days: 1, since: 'untagged' } }, rest: 'keep' },
    ['warning 1 never-hits'],
  ],
  ['untagged since, of any', { select: {}, when: { olderThan: { days: 1, since: 'untagged' } } }, NONE],
  [
    'tagged since, of untagged',
    { select: { tagged: false }, when: { olderThan: { days: 1, since: 'tagged' } } },
    ['error 1 never-hits'],
  ],
  [
    'versions of untagged',
    { select: { tagged: false }, when: { beyond: { count: 1, by: 'semver' } } },
    ['error 1 never-hits'],
  ],
  [
    'newly untagged, of tagged',
    { select: V, when: { newerThan: { days: 1, since: 'untagged' } }, action: 'keep' },
    ['error 1 never-hits'],
  ],
  [
    'first versions of untagged',
    { select: { tagged: false }, when: { within: { count: 1, by: 'semver' } }, action: 'keep' },
    ['error 1 never-hits'],
  ],
  ['archiving the archive', { select: { storageClass: 'archive' }, action: 'archive' }, ['error 1 never-hits']],
  ['untagging untagged', { select: { tagged: false }, action: 'untag' }, ['error 1 never-hits']],
  ['untagging no tag', { select: {}, action: 'untag', tag: 'a b' }, ['error 1 never-hits']],
])('alone, by %s', (_, change, expected) => {
  expect(lint([{ select: V, when: beyond(3), action: 'expire', ...change }])).toEqual(expected)
})
