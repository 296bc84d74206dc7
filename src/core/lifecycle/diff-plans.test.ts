import { expect, test } from 'bun:test'
import { type Digest, digestFromHex } from '../digest.ts'
import { parseTag } from '../tag.ts'
import { diffPlans, type PlannedPolicy } from './diff-plans.ts'
import type { PlannedAction, RefusedAction } from './lifecycle-plan.ts'
import type { LifecyclePolicy } from './lifecycle-policy.ts'

const A = digestFromHex('sha256', 'a'.repeat(64))
const B = digestFromHex('sha256', 'b'.repeat(64))
const C = digestFromHex('sha256', 'c'.repeat(64))
const TAG = parseTag('v1')

/** Rules by their names, numbered from 1. */
function policyOf(names: readonly string[]): LifecyclePolicy {
  const selection = { storageClass: undefined, isTagged: undefined, tags: undefined, tag: undefined, image: undefined }
  return {
    unit: 'image',
    rules: names.map((name, index) => ({
      priority: index + 1,
      name,
      description: undefined,
      selection,
      condition: undefined,
      action: 'expire',
      rest: 'next',
    })),
  }
}

function planned(
  actions: readonly PlannedAction[],
  { refused = [], names = ['old', 'tmp'] }: { refused?: readonly RefusedAction[]; names?: readonly string[] } = {},
): PlannedPolicy {
  return { policy: policyOf(names), plan: { actions, refused } }
}

const expire = (digest: Digest, rule = 1): PlannedAction => ({ action: 'expire', digest, rule, because: undefined })
const archive = (digest: Digest, rule = 1): PlannedAction => ({ action: 'archive', digest, rule, because: undefined })
const untag = (digest: Digest, rule = 1): PlannedAction => ({
  action: 'untag',
  digest,
  tag: TAG,
  rule,
  because: undefined,
})
const held = (digest: Digest, rule = 1): RefusedAction => ({ digest, rule, why: { code: 'held', by: [C] } })

function changes(before: PlannedPolicy, after: PlannedPolicy): string[] {
  return diffPlans(before, after).map(({ change, digest, tag, before: old, after: young }) => {
    const say = (fate: typeof old) => (fate === undefined ? 'stays' : `${fate.action} by ${fate.rule}`)
    return `${change} ${digest[7]}${tag === undefined ? '' : `:${tag}`}: ${say(old)}, ${say(young)}`
  })
}

test.each<[string, PlannedPolicy, PlannedPolicy, string[]]>([
  ['nothing', planned([expire(A)]), planned([expire(A)]), []],
  ['what goes that stayed', planned([]), planned([expire(A, 2)]), ['goes a: stays, expire by tmp']],
  ['what stays that went', planned([archive(A)]), planned([]), ['stays a: archive by old, stays']],
  ['another action', planned([archive(A)]), planned([expire(A)]), ['action a: archive by old, expire by old']],
  ['another rule', planned([expire(A, 1)]), planned([expire(A, 2)]), ['rule a: expire by old, expire by tmp']],
  ['the same rule at another place', planned([expire(A, 1)]), planned([expire(A, 2)], { names: ['new', 'old'] }), []],
  ['a tag that goes', planned([]), planned([untag(A)]), ['goes a:v1: stays, untag by old']],
  ['tags of what goes', planned([untag(A)]), planned([expire(A)]), ['goes a: stays, expire by old']],
  ['what is refused now', planned([]), planned([], { refused: [held(A)] }), ['refused a: stays, stays']],
  ['what was refused', planned([], { refused: [held(A)] }), planned([expire(A)]), ['goes a: stays, expire by old']],
  ['what is refused as before', planned([], { refused: [held(A)] }), planned([], { refused: [held(A)] }), []],
  [
    'all of it, in its order',
    planned([expire(B), archive(C), untag(C)]),
    planned([expire(A), expire(C), expire(B, 2)]),
    ['goes a: stays, expire by old', 'action c: archive by old, expire by old', 'rule b: expire by old, expire by tmp'],
  ],
])('diffPlans() tells %s', (_, before, after, expected) => {
  expect(changes(before, after)).toEqual(expected)
})

test('diffPlans() of a plan and itself is empty, and the other way round what stays is what goes', () => {
  const before = planned([expire(A), untag(B)], { refused: [held(C)] })
  const after = planned([archive(B, 2)])
  expect(diffPlans(before, before)).toEqual([])
  const opposite = { goes: 'stays', stays: 'goes', action: 'action', rule: 'rule', refused: 'refused' } as const
  const forth = diffPlans(before, after).map(({ change, digest, tag }) => ({ change: opposite[change], digest, tag }))
  const back = diffPlans(after, before).map(({ change, digest, tag }) => ({ change, digest, tag }))
  expect(new Set(back)).toEqual(new Set(forth))
  expect(back).toHaveLength(4)
})

test('diffPlans() says why what a rule hit stays, and what takes an image along', () => {
  const taken: PlannedAction = { action: 'expire', digest: B, rule: 1, because: { of: A, as: 'child' } }
  const [along, refused] = diffPlans(planned([]), planned([taken], { refused: [held(C)] }))
  expect(along?.after).toEqual({ action: 'expire', rule: 'old', because: { of: A, as: 'child' } })
  expect(refused).toMatchObject({ digest: C, refusedBefore: undefined, refusedAfter: { code: 'held', by: [C] } })
})
