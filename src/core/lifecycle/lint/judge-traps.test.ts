import { expect, test } from 'bun:test'
import { countMoreThan, ecrRule } from '../../../../test/lifecycle/ecr-documents.ts'
import { beyond, lint, lintEcr, NONE, older, V, within } from '../../../../test/lifecycle/lint-rules.ts'
import type { EcrSelection } from '../ecr/ecr-policy.ts'
import type { LadingRule } from '../lading/lading-policy.ts'

test.each<[string, Partial<LadingRule>, string[]]>([
  ['untagged, since the push', { select: { tagged: false } }, ['warning 1 pushed-clock']],
  ['untagged, since then', { select: { tagged: false }, when: { olderThan: { days: 7, since: 'untagged' } } }, NONE],
  ['a tag that moves', { select: { tags: { any: ['latest', 'v*'] } } }, ['warning 1 pushed-clock']],
  ['tags that need not', { select: V }, NONE],
  ['a tag that keeps', { select: { tags: 'latest' }, action: 'keep' }, NONE],
  ['not a tag', { select: { tags: { all: ['v*', { not: 'latest' }] } } }, NONE],
])('acr#520: the clock of %s', (_, change, expected) => {
  expect(lint([{ select: V, when: older(7, 'pushed'), action: 'expire', ...change }])).toEqual(expected)
})

test.each<[string, Partial<LadingRule>, string[]]>([
  ['untagged manifests', { select: { tagged: false } }, ['warning 1 hits-children']],
  ['a window of any', { select: {} }, ['warning 1 hits-children']],
  ['a window of tagged', { select: { tagged: true } }, NONE],
  ['a window of any that keeps', { select: {}, when: within(3), action: 'keep' }, ['warning 1 hits-children']],
  ['an age of any', { select: {}, when: older(7) }, NONE],
  ['indexes alone', { select: { mediaTypes: ['*index*'] } }, NONE],
])('counting by manifests, %s', (_, change, expected) => {
  const rule: LadingRule = { select: V, when: beyond(3), action: 'expire', ...change }
  expect(lint([rule], 'manifest')).toEqual(expected)
  expect(lint([rule], 'image')).toEqual([])
})

test.each<[readonly string[], string[]]>([
  [['dev*', 'test*'], ['warning 7 list-is-and']],
  [['a*', '*b', 'c*'], ['warning 7 list-is-and']],
  [['latest', 'v1'], ['warning 7 list-is-and']],
  [['prod*', '*-release'], NONE],
  [['*a*', '*b*'], NONE],
  [['prod*', 'prod-eu*'], NONE],
  [['prod*'], NONE],
])('of ECR, the list %j: %j', (tagPatternList, expected) => {
  expect(lintEcr(ecrRule(7, { tagStatus: 'tagged', tagPatternList, ...countMoreThan(3) }))).toEqual(expected)
})

test('of ECR, the list of prefixes too', () => {
  const tags: Partial<EcrSelection> = { tagStatus: 'tagged', tagPrefixList: ['dev', 'test'] }
  expect(lintEcr(ecrRule(1, { ...tags, ...countMoreThan(3) }))).toEqual(['warning 1 list-is-and'])
})
