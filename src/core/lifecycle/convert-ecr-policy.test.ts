import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { countMoreThan, ecrRule, FOUNDING_POLICY, pushedBefore } from '../../../test/lifecycle/ecr-documents.ts'
import { anyEcrPolicy } from '../../../test/lifecycle/random-ecr-policy.ts'
import { anyFamilies, NOW_MS } from '../../../test/lifecycle/random-images.ts'
import { anyGlob } from '../../../test/lifecycle/random-lading-policy.ts'
import { convertEcrPolicy } from './convert-ecr-policy.ts'
import { compileEcrPolicy } from './ecr/compile-ecr-policy.ts'
import type { EcrLifecyclePolicy } from './ecr/ecr-policy.ts'
import { parseEcrPolicy } from './ecr/parse-ecr-policy.ts'
import { compileLadingPolicy } from './lading/compile-lading-policy.ts'
import type { LadingPolicy, LadingRule } from './lading/lading-policy.ts'
import { parseLadingPolicy } from './lading/parse-lading-policy.ts'
import type { LifecyclePolicy } from './lifecycle-policy.ts'
import { planLifecycle } from './plan-lifecycle.ts'
import { toEcrPolicy } from './to-ecr-policy.ts'

const noKinds = () => 'none' as const

test('the founding policy converts to our own words', () => {
  expect(convertEcrPolicy(parseEcrPolicy(FOUNDING_POLICY))).toEqual({
    version: 'lading/lifecycle/v1',
    unit: 'manifest',
    rules: [
      {
        priority: 1,
        select: { tagged: false, storageClass: 'standard' },
        when: { olderThan: { days: 7, since: 'pushed' } },
        action: 'expire',
        rest: 'keep',
      },
      {
        priority: 2,
        select: { storageClass: 'standard' },
        when: { beyond: { count: 10, by: 'pushed' } },
        action: 'expire',
        rest: 'keep',
      },
    ],
  })
})

/** All that decides, with the selection as what it says of these lists of tags. */
function decisive({ unit, rules }: LifecyclePolicy, lists: readonly (readonly { readonly tag: string }[])[]) {
  return {
    unit,
    rules: rules.map(({ name, selection: { isTagged, tags, ...selection }, ...rule }) => ({
      ...rule,
      selection,
      fits: lists.map(
        (list) => (isTagged === undefined || isTagged === list.length > 0) && (tags === undefined || tags.fits(list)),
      ),
    })),
  }
}

test("convertEcrPolicy() gives a policy that parses, and compiles to what ECR's does", () => {
  const anyTags = fc.array(
    anyGlob.map((text) => ({ tag: text.replaceAll('*', 'b') })),
    { maxLength: 3 },
  )
  fc.assert(
    fc.property(anyEcrPolicy, fc.array(anyTags, { minLength: 10, maxLength: 20 }), (policy, lists) => {
      const parsed = parseEcrPolicy(JSON.stringify(policy))
      const converted = parseLadingPolicy(JSON.stringify(convertEcrPolicy(parsed)))
      const expected = decisive(compileEcrPolicy(parsed), lists)
      expect(decisive(compileLadingPolicy(converted, noKinds), lists)).toEqual(expected)
    }),
    { numRuns: 400 },
  )
}, 60_000)

test('convertEcrPolicy() gives a policy that plans what the policy of ECR plans, for every repository', () => {
  let planned = 0
  fc.assert(
    fc.property(anyEcrPolicy, anyFamilies, (policy, images) => {
      const expected = planLifecycle(compileEcrPolicy(policy), images, NOW_MS)
      expect(planLifecycle(compileLadingPolicy(convertEcrPolicy(policy), noKinds), images, NOW_MS)).toEqual(expected)
      planned += expected.actions.length
    }),
    { numRuns: 500 },
  )
  expect(planned).toBeGreaterThan(20)
}, 60_000)

/** In the order of priorities, without the default storage class. */
function plain({ rules }: EcrLifecyclePolicy): EcrLifecyclePolicy {
  return {
    rules: rules
      .toSorted((a, b) => a.rulePriority - b.rulePriority)
      .map(({ selection: { storageClass, ...selection }, ...rule }) => ({
        ...rule,
        selection: storageClass === 'archive' ? { storageClass, ...selection } : selection,
      })),
  }
}

test('toEcrPolicy() gives back what was converted', () => {
  fc.assert(
    fc.property(anyEcrPolicy, (policy) => {
      expect(toEcrPolicy(convertEcrPolicy(policy))).toEqual({ policy: plain(policy), problems: [] })
    }),
    { numRuns: 400 },
  )
}, 60_000)

function ofManifests(...rules: readonly LadingRule[]): LadingPolicy {
  return { version: 'lading/lifecycle/v1', unit: 'manifest', rules }
}

const COUNTED = {
  select: { storageClass: 'standard' },
  when: { beyond: { count: 1, by: 'pushed' } },
  action: 'expire',
  rest: 'keep',
} as const satisfies LadingRule

test('toEcrPolicy() makes one rule of two that keep the newest and take the rest, and says of others why not', () => {
  const { when, rest, ...take } = COUNTED
  const keep = { select: COUNTED.select, action: 'keep' } as const
  const newest = { ...keep, when: { within: { count: 10, by: 'pushed' } } } as const
  expect(toEcrPolicy(ofManifests(newest, take)).policy).toEqual({
    rules: [ecrRule(2, { ...countMoreThan(10) })],
  })
  const versions = { ...keep, when: { within: { count: 10, by: 'semver' } } } as const
  expect(
    toEcrPolicy(ofManifests(versions, take)).problems.map(({ rule, why }) => `${rule} ${why.split(',')[0]}`),
  ).toEqual([
    '1 lets later rules decide on what it does not hit (rest: next)',
    '1 has the action keep',
    '1 hits the first of what it selects',
    '2 hits all that it selects',
  ])
})

test("toEcrPolicy() says in ECR's words what our own has other words for", () => {
  const policy = ofManifests(
    { ...COUNTED, name: 'any-tag', select: { storageClass: 'standard', tagged: true }, action: 'archive' },
    { ...COUNTED, select: { storageClass: 'standard', tags: { all: [{ glob: 'a*' }, 'b'] } } },
    {
      ...COUNTED,
      when: { olderThan: { hours: 48, since: 'pushed' } },
      rest: 'next',
    },
  )
  expect(toEcrPolicy(policy).policy).toEqual({
    rules: [
      ecrRule(1, { tagStatus: 'tagged', tagPatternList: ['*'] }, { type: 'transition', targetStorageClass: 'archive' }),
      ecrRule(2, { tagStatus: 'tagged', tagPatternList: ['a*', 'b'] }),
      ecrRule(3, pushedBefore(2)),
    ],
  })
})

test.each<[string, Partial<LadingRule>]>([
  ['has the action keep', { action: 'keep' }],
  ['has the action untag', { action: 'untag' }],
  ['lets later rules decide on what it does not hit', { rest: 'next' }],
  ['is about both storage classes', { select: {} }],
  [
    'selects by mediaTypes and annotations',
    { select: { ...COUNTED.select, mediaTypes: ['*'], annotations: { a: '*' } } },
  ],
  ['says more of tags', { select: { ...COUNTED.select, tags: { any: ['a', 'b'] } } }],
  ['says more of tags', { select: { ...COUNTED.select, tags: { all: ['a', { prefix: 'b' }] } } }],
  ['says more of tags', { select: { ...COUNTED.select, tags: { every: 'a' } } }],
  ['says more of tags', { select: { ...COUNTED.select, tags: { semver: true } } }],
  ['selects tags of images that have none', { select: { ...COUNTED.select, tags: 'a', tagged: false } }],
  ['counts by semver', { when: { beyond: { count: 1, by: 'semver' } } }],
  ['counts its age since untagged', { when: { olderThan: { days: 1, since: 'untagged' } } }],
  ['hits the first of what it selects', { when: { within: { count: 1, by: 'pushed' } } }],
  ['hits what is newer than an age', { when: { newerThan: { days: 1, since: 'pushed' } } }],
  ['has an age of hours', { when: { olderThan: { hours: 25, since: 'pushed' } } }],
])('toEcrPolicy() says of a rule that it %s', (why, change) => {
  const { policy, problems } = toEcrPolicy(ofManifests({ ...COUNTED, ...change }, COUNTED))
  expect(policy).toBeUndefined()
  expect(problems).toEqual([{ rule: 1, why: expect.stringContaining(why) }])
})

test('toEcrPolicy() says that a rule without a condition has no count', () => {
  const { when, ...rule } = COUNTED
  expect(toEcrPolicy(ofManifests(rule)).problems).toEqual([
    { rule: 1, why: expect.stringContaining('a count or an age') },
  ])
})

test('toEcrPolicy() says of the whole policy that units are not manifests, and what ECR refuses', () => {
  expect(toEcrPolicy({ ...ofManifests(COUNTED), unit: 'image' }).problems).toEqual([
    { rule: undefined, why: 'counts images with all that belongs to them, and ECR counts manifests' },
  ])
  expect(toEcrPolicy(ofManifests(COUNTED, COUNTED)).problems).toEqual([
    { rule: undefined, why: expect.stringContaining('tagStatus=ANY must have the lowest priority') },
  ])
  const pulled = { ...COUNTED, when: { olderThan: { days: 1, since: 'pulled' } } } as const
  expect(toEcrPolicy(ofManifests(pulled)).problems[0]?.why).toContain('must be transition')
})
