import { expect, test } from 'bun:test'
import { areFindingsPlausible } from './judge-findings.ts'

test.each([
  { checked: 1, wrong: 1, plausible: true },
  { checked: 20, wrong: 20, plausible: true },
  { checked: 21, wrong: 21, plausible: false },
  { checked: 42, wrong: 21, plausible: true },
  { checked: 41, wrong: 21, plausible: false },
  { checked: 1_000_000, wrong: 500_000, plausible: true },
])('areFindingsPlausible(): $wrong of $checked is $plausible', ({ plausible, ...findings }) => {
  expect(areFindingsPlausible(findings)).toBe(plausible)
})
