import { expect, test } from 'bun:test'
import { beyond, DEAD, lint, NONE, newer, older, V, within } from '../../../../test/lifecycle/lint-rules.ts'
import type { ImageTagExpression, LadingRule } from '../lading/lading-policy.ts'

const SHADOWED = ['warning 2 shadowed-rule']

/** Whether a rule about `inner` is dead behind one that keeps all that fits `outer`. */
function behind(outer: LadingRule['select'], inner: LadingRule['select']): string[] {
  return lint([
    { select: outer, action: 'keep' },
    { select: inner, when: { beyond: { count: 1, by: 'pushed' } }, action: 'expire' },
  ])
}

test.each<[ImageTagExpression, ImageTagExpression, boolean]>([
  ['v*', 'v1*', true],
  ['v1*', 'v*', false],
  ['*', 'v1*', true],
  ['*a*', 'ba', true],
  ['*a*b*', '*ab*', true],
  ['*ab*', '*a*b*', false],
  ['a*', 'a', true],
  ['a**', 'a*', true],
  ['a*a', 'a', false],
  [{ prefix: 'v' }, 'v*', true],
  ['v*', { prefix: 'v' }, true],
  [{ any: ['a*', 'b*'] }, 'b1', true],
  [{ any: ['a*', 'b*'] }, { any: ['b1', 'a2'] }, true],
  [{ any: ['a*', 'b*'] }, 'c', false],
  [{ all: ['a*', 'b*'] }, { all: ['b*', 'a*', 'c'] }, true],
  [{ all: ['a*', 'b*'] }, 'a*', false],
  ['a*', { all: ['a*', 'b*'] }, true],
  [{ not: 'a1' }, { not: 'a*' }, true],
  [{ not: 'a*' }, { not: 'a1' }, false],
  [{ every: 'a*' }, { every: 'a1' }, true],
  [{ every: 'a*' }, 'a1', false],
  ['a*', { every: 'a1' }, true],
  [{ not: 'b*' }, { every: 'a*' }, true],
  [{ not: 'b*' }, 'a*', false],
  [{ some: { all: ['a*', '*b'] } }, { some: { all: ['a1*', '*b', '*c*'] } }, true],
  [{ some: { all: ['a*', '*b'] } }, { all: ['a*', '*b'] }, false],
  [{ some: { not: 'b*' } }, 'a*', true],
  [{ regex: 'a+' }, 'aa', true],
  [{ regex: 'a+' }, 'ab', false],
  [{ regex: 'a+' }, { regex: 'a+' }, true],
  [{ semver: true }, { semver: '>=1.0.0' }, true],
  [{ semver: '>=1.0.0' }, { semver: true }, false],
  [{ semver: '>=1.0.0 <3.0.0' }, { semver: '>1.0.0 <=2.0.0' }, true],
  [{ semver: '>1.0.0' }, { semver: '>=1.0.0' }, false],
  [{ semver: '>=1.0.0' }, '1.2.3', true],
  [{ semver: '>=1.0.0' }, '1*', false],
  [{ kind: 'stable' }, 'main', true],
  [{ kind: 'stable' }, { kind: 'stable' }, true],
  [{ kind: 'stable' }, { kind: 'date' }, false],
  [{ not: { kind: 'date' } }, { every: { kind: 'stable' } }, true],
])('behind a rule about %j, one about %j is dead: %p', (outer, inner, expected) => {
  expect(behind({ tags: outer }, { tags: inner })).toEqual(expected ? DEAD : NONE)
})

test.each<[LadingRule['select'], LadingRule['select'], boolean]>([
  [{}, { tags: 'v*' }, true],
  [{ tagged: true }, { tags: 'v*' }, true],
  [{ tagged: true }, {}, false],
  [{ tagged: false }, { tagged: false, storageClass: 'archive' }, true],
  [{ storageClass: 'standard' }, {}, false],
  [{ tags: '*' }, { tagged: true }, true],
  [{ tags: { not: 'v*' } }, { tagged: false }, true],
  [{ tags: { every: '*' } }, { tagged: false }, false],
  [{ mediaTypes: ['text/*'] }, { mediaTypes: ['text/plain', 'text/html'] }, true],
  [{ mediaTypes: ['text/*'] }, { mediaTypes: ['text/plain', 'image/png'] }, false],
  [{ mediaTypes: ['*'] }, {}, true],
  [{ artifactTypes: ['*'] }, {}, false],
  [{ artifactTypes: ['*'] }, { artifactTypes: ['a/b'] }, true],
  [{ annotations: { a: '*' } }, { annotations: { a: 'x', b: 'y' } }, true],
  [{ annotations: { a: '*' } }, { annotations: { b: 'y' } }, false],
])('behind a rule about %j, one about %j is dead: %p', (outer, inner, expected) => {
  expect(behind(outer, inner)).toEqual(expected ? DEAD : NONE)
})

test.each<[string, LadingRule, LadingRule, string[]]>([
  ['kept rest', { select: V, when: beyond(1), action: 'expire', rest: 'keep' }, { select: V, action: 'expire' }, DEAD],
  ['free rest', { select: V, when: beyond(1), action: 'expire' }, { select: V, action: 'expire' }, NONE],
  [
    'older',
    { select: V, when: older(7), action: 'expire' },
    { select: V, when: older(8), action: 'archive' },
    SHADOWED,
  ],
  ['younger', { select: V, when: older(7), action: 'archive' }, { select: V, when: older(6), action: 'expire' }, NONE],
  [
    'hours',
    { select: V, when: older(1), action: 'expire' },
    { select: V, when: { olderThan: { hours: 24, since: 'pulled' } }, action: 'archive' },
    SHADOWED,
  ],
  [
    'clock',
    { select: V, when: older(7, 'pushed'), action: 'archive' },
    { select: V, when: older(8), action: 'expire' },
    NONE,
  ],
  [
    'wider window',
    { select: V, when: beyond(2), action: 'expire' },
    { select: V, when: beyond(2), action: 'archive' },
    SHADOWED,
  ],
  [
    'narrower window',
    { select: V, when: beyond(2), action: 'archive' },
    { select: V, when: beyond(1), action: 'expire' },
    NONE,
  ],
  [
    'window of a part',
    { select: V, when: beyond(2), action: 'expire' },
    { select: { tags: 'v1*' }, when: beyond(3), action: 'expire' },
    SHADOWED,
  ],
  [
    'window of the whole',
    { select: { tags: 'v1*' }, when: beyond(2), action: 'expire' },
    { select: V, when: beyond(3), action: 'expire' },
    NONE,
  ],
  [
    'order',
    { select: V, when: beyond(2), action: 'expire' },
    { select: V, when: beyond(3, 'tagged'), action: 'expire' },
    NONE,
  ],
  [
    'smaller window from the start',
    { select: V, when: within(2), action: 'keep' },
    { select: V, when: within(1), action: 'expire', rest: 'keep' },
    [...SHADOWED, 'warning 2 wrong-end'],
  ],
  [
    'larger window from the start',
    { select: V, when: within(2), action: 'keep' },
    { select: V, when: within(3), action: 'untag' },
    NONE,
  ],
  [
    'window from the start, of a part',
    { select: V, when: within(2), action: 'untag' },
    { select: { tags: 'v1*' }, when: within(2), action: 'untag' },
    NONE,
  ],
  [
    'window from the start, of the same in other words',
    { select: V, when: within(2), action: 'untag' },
    { select: { tags: { prefix: 'v' } }, when: within(2), action: 'untag' },
    SHADOWED,
  ],
  [
    'window from the start, of fewer tags',
    { select: V, when: within(2), action: 'untag' },
    { select: V, when: within(2), action: 'untag', tag: 'v1*' },
    NONE,
  ],
  [
    'the other end of a window',
    { select: V, when: within(2), action: 'keep' },
    { select: V, when: beyond(2), action: 'expire' },
    NONE,
  ],
  ['newer', { select: V, when: newer(7), action: 'keep' }, { select: V, when: newer(6), action: 'expire' }, SHADOWED],
  ['not so new', { select: V, when: newer(7), action: 'keep' }, { select: V, when: newer(8), action: 'expire' }, NONE],
  [
    'newer, and older',
    { select: V, when: newer(7), action: 'keep' },
    { select: V, when: older(7), action: 'expire' },
    NONE,
  ],
  [
    'untag does not decide on images',
    { select: V, action: 'untag' },
    { select: V, when: older(1), action: 'expire' },
    NONE,
  ],
  ['archive, of the archive', { select: V, action: 'archive' }, { select: V, when: older(1), action: 'expire' }, NONE],
  [
    'archive, of the rest',
    { select: { ...V, storageClass: 'standard' }, action: 'archive' },
    { select: { ...V, storageClass: 'standard' }, when: older(1), action: 'expire' },
    DEAD,
  ],
  ['untag after keep', { select: V, action: 'keep' }, { select: V, action: 'untag' }, DEAD],
  ['untag after expire', { select: V, action: 'expire' }, { select: V, action: 'untag' }, NONE],
  ['untag after untag', { select: V, action: 'untag', tag: 'a*' }, { select: V, action: 'untag', tag: 'a1' }, DEAD],
  ['untag of other tags', { select: V, action: 'untag', tag: 'a*' }, { select: V, action: 'untag' }, NONE],
])('after another, by %s', (_, first, second, expected) => {
  expect(lint([first, second])).toEqual(expected)
})

test('tags of what was archived before are not kept by the rule that keeps the rest', () => {
  const rules: LadingRule[] = [
    { select: { tags: 'v1*' }, action: 'archive' },
    { select: V, action: 'keep' },
    { select: V, action: 'untag' },
  ]
  expect(lint(rules)).toEqual([])
})

test('a rule is dead that two others cover, each its tagged or its untagged images', () => {
  const last: LadingRule = { select: {}, when: older(7), action: 'expire' }
  const [tagged, untagged]: LadingRule[] = [
    { select: { tagged: true }, action: 'keep' },
    { select: { tagged: false }, action: 'keep' },
  ]
  expect(lint([tagged, untagged, last].flatMap((rule) => rule ?? []))).toEqual(['error 3 dead-rule'])
  expect(lint([tagged, last].flatMap((rule) => rule ?? []))).toEqual([])
})
