import { expect, test } from 'bun:test'
import {
  countMoreThan,
  ecrRule,
  FOUNDING_POLICY,
  pushedBefore,
  TRANSITION,
} from '../../../test/lifecycle/ecr-documents.ts'
import type { EcrLifecycleRule, EcrSelection } from './ecr/ecr-policy.ts'
import { parseEcrPolicy } from './ecr/parse-ecr-policy.ts'
import type { ImageTagExpression, LadingPolicy, LadingRule, TagExpression } from './lading/lading-policy.ts'
import { parseLadingPolicy } from './lading/parse-lading-policy.ts'
import { lintEcrPolicy, lintLadingPolicy } from './lint-policy.ts'

const kindOf = (tag: string) => (tag === 'main' ? 'stable' : 'none')

function lint(rules: readonly LadingRule[], unit: LadingPolicy['unit'] = 'image'): string[] {
  const policy = parseLadingPolicy(JSON.stringify({ version: 'lading/lifecycle/v1', unit, rules }))
  return lintLadingPolicy(policy, kindOf).map(({ severity, rule, code }) => `${severity} ${rule} ${code}`)
}

const DEAD = ['error 2 dead-rule']
const SHADOWED = ['warning 2 shadowed-rule']
const NONE: string[] = []

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

const older = (days: number, since: 'pushed' | 'pulled' = 'pulled') => ({ olderThan: { days, since } }) as const
const beyond = (count: number, by: 'tagged' | 'pulled' = 'pulled') => ({ beyond: { count, by } }) as const
const V: LadingRule['select'] = { tags: 'v*' }

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
  ['archiving the archive', { select: { storageClass: 'archive' }, action: 'archive' }, ['error 1 never-hits']],
  ['untagging untagged', { select: { tagged: false }, action: 'untag' }, ['error 1 never-hits']],
  ['untagging no tag', { select: {}, action: 'untag', tag: 'a b' }, ['error 1 never-hits']],
])('alone, by %s', (_, change, expected) => {
  expect(lint([{ select: V, when: beyond(3), action: 'expire', ...change }])).toEqual(expected)
})

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
  ['versions that are old', [{ select: V, when: older(30, 'pushed'), action: 'expire' }], NONE],
])('what is left when it expires %s', (_, rules, expected) => {
  expect(lint(rules)).toEqual(expected)
})

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
  ['an age of any', { select: {}, when: older(7) }, NONE],
  ['indexes alone', { select: { mediaTypes: ['*index*'] } }, NONE],
])('counting by manifests, %s', (_, change, expected) => {
  const rule: LadingRule = { select: V, when: beyond(3), action: 'expire', ...change }
  expect(lint([rule], 'manifest')).toEqual(expected)
  expect(lint([rule], 'image')).toEqual([])
})

function lintEcr(...rules: readonly EcrLifecycleRule[]): string[] {
  const policy = parseEcrPolicy(JSON.stringify({ rules }))
  return lintEcrPolicy(policy).map(({ severity, rule, code }) => `${severity} ${rule} ${code}`)
}

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

test('lintEcrPolicy() names rules by their priorities', () => {
  expect(
    lintEcr(
      ecrRule(90, { ...pushedBefore(90) }),
      ecrRule(20, { tagStatus: 'tagged', tagPatternList: ['prod-eu*'], ...countMoreThan(1) }),
      ecrRule(10, { tagStatus: 'tagged', tagPatternList: ['prod*'], ...countMoreThan(10) }),
    ),
  ).toEqual(['error 20 dead-rule'])
  expect(lintEcr(ecrRule(1, { ...pushedBefore(30) }, TRANSITION))).toEqual([])
})

test('of the founding policy, what people are surprised by', () => {
  const findings = lintEcrPolicy(parseEcrPolicy(FOUNDING_POLICY))
  expect(findings.map(({ rule, code }) => `${rule} ${code}`)).toEqual([
    '1 pushed-clock',
    '1 hits-children',
    '2 hits-children',
  ])
})

test('a finding names the rules that decide before, and says what else to write', () => {
  const keep: LadingRule = { name: 'releases', select: V, action: 'keep' }
  const policy: LadingPolicy = { version: 'lading/lifecycle/v1', rules: [keep, { select: V, action: 'untag' }] }
  expect(lintLadingPolicy(policy, kindOf)).toEqual([
    {
      severity: 'error',
      rule: 2,
      code: 'dead-rule',
      message: 'It never decides on anything: rule releases decided on all that it selects.',
    },
  ])
})

test('a policy that is too large for its rules to be compared is not compared for ever', () => {
  const shared = Array.from({ length: 50 }, (_, index): TagExpression => `a${index}-*`)
  const rules = Array.from(
    { length: 60 },
    (_, index): LadingRule => ({
      select: { tags: { any: [...shared, `b${index}`] } },
      when: beyond(1 + index),
      action: 'expire',
    }),
  )
  expect(lint(rules)).toEqual(['warning undefined not-compared'])
})
