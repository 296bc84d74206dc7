import { expect, test } from 'bun:test'
import { rulesOf } from '../../../test/lifecycle/lifecycle-images.ts'
import { beyond, newerThan, olderThan, within } from '../../../test/lifecycle/plan-names.ts'
import type { Condition } from './lifecycle-policy.ts'
import { ruleReason } from './rule-reason.ts'

test.each<[Condition | undefined, string]>([
  [undefined, 'whatever it selects goes'],
  [olderThan(1, 'pulled'), 'it was last pulled more than 1 day ago'],
  [newerThan(30, 'pulled'), 'it was last pulled not more than 30 days ago'],
  [beyond(10, 'semver'), 'it is not among the 10 highest versions'],
  [within(10), 'it is among the 10 most recently pushed'],
])('ruleReason() says of %j: %s', (condition, expected) => {
  const policy = { unit: 'image', rules: rulesOf({ name: 'some', condition }) } as const
  expect(ruleReason(policy, 1)).toBe(`rule some: ${expected}.`)
})
