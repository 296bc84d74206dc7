import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { anyFamilies, NOW_MS } from '../../../test/lifecycle/random-images.ts'
import { anyCondition, anyRule, anySelection } from '../../../test/lifecycle/random-lading-policy.ts'
import { foldKeepRules } from './fold-keep-rules.ts'
import { compileLadingPolicy } from './lading/compile-lading-policy.ts'
import type { LadingPolicy, LadingRule } from './lading/lading-policy.ts'
import { planLifecycle } from './plan-lifecycle.ts'

const SELECT: LadingRule['select'] = { tags: 'v*', storageClass: 'standard' }
const KEEP: LadingRule = { select: SELECT, when: { within: { count: 3, by: 'pushed' } }, action: 'keep' }
const TAKE: LadingRule = { select: { storageClass: 'standard', tags: 'v*' }, action: 'expire' }

test.each<[LadingRule['when'], LadingRule['when']]>([
  [{ within: { count: 3, by: 'pushed' } }, { beyond: { count: 3, by: 'pushed' } }],
  [{ newerThan: { days: 9, since: 'pulled' } }, { olderThan: { days: 9, since: 'pulled' } }],
])('to keep by %j and take the rest is one rule by %j', (when, expected) => {
  expect(foldKeepRules([{ ...KEEP, description: 'new', ...(when && { when }) }, TAKE])).toEqual([
    { ...TAKE, priority: 2, description: 'new', ...(expected && { when: expected }), rest: 'keep' },
  ])
})

test.each<[string, LadingRule, LadingRule]>([
  ['a clock that does not always run', { ...KEEP, when: { within: { count: 3, by: 'tagged' } } }, TAKE],
  ['versions', { ...KEEP, when: { within: { count: 3, by: 'semver' } } }, TAKE],
  ['another selection', KEEP, { ...TAKE, select: {} }],
  ['a condition of the second', KEEP, { ...TAKE, when: { olderThan: { days: 1, since: 'pushed' } } }],
  ['the other end', { ...KEEP, when: { beyond: { count: 3, by: 'pushed' } } }, TAKE],
  ['a first that keeps the rest', { ...KEEP, rest: 'keep' }, TAKE],
  ['a second that untags', KEEP, { ...TAKE, action: 'untag' }],
  ['the archive, where nothing is archived', { ...KEEP, select: {} }, { select: {}, action: 'archive' }],
])('two rules stay two for %s', (_, first, second) => {
  expect(foldKeepRules([first, second])).toEqual([
    { ...first, priority: 1 },
    { ...second, priority: 2 },
  ])
})

/** Two that may be a pair, with others around them. */
const anyPaired = fc
  .record({
    select: anySelection,
    when: anyCondition,
    action: fc.constantFrom('expire', 'archive'),
    around: fc.array(anyRule, { maxLength: 2 }),
  })
  .map(({ select, when, action, around }): LadingRule[] => [
    ...around.slice(0, 1),
    { select, when, action: 'keep' },
    { select, action },
    ...around.slice(1),
  ])

test('foldKeepRules() changes no plan, for every repository', () => {
  let folded = 0
  fc.assert(
    fc.property(anyPaired, fc.constantFrom('image', 'manifest'), anyFamilies, (rules, unit, images) => {
      const planOf = (some: readonly LadingRule[]) => {
        const policy: LadingPolicy = { version: 'lading/lifecycle/v1', unit, rules: some }
        return planLifecycle(
          compileLadingPolicy(policy, () => 'none'),
          images,
          NOW_MS,
        )
      }
      const fewer = foldKeepRules(rules)
      if (fewer.length < rules.length) folded++
      expect(planOf(fewer)).toEqual(planOf(rules))
    }),
    { numRuns: 1500 },
  )
  expect(folded).toBeGreaterThan(100)
}, 60_000)
