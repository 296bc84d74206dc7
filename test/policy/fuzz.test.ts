import { expect, test } from 'bun:test'
import { type Comparison, compareEvaluators } from './compare-evaluators.ts'
import { OPERATORS } from './random-policy.ts'

const WORLDS = 800

const runs: Comparison[] = []

test.each([1, 2, 3, 4, 5])(
  'decide() agrees with an evaluator that was written from the rules alone: seed %d',
  (seed) => {
    runs.push(compareEvaluators(seed, WORLDS))
  },
  120_000,
)

/** Agreement on cases that do not reach a rule says nothing about it. */
test('the cases were 200,000, and reached every outcome, every operator, variables and lists', () => {
  expect(runs.reduce((sum, { cases }) => sum + cases, 0)).toBe(200_000)
  const seen = (what: string, from: 'outcomes' | 'witnessed') =>
    runs.reduce((sum, run) => sum + (run[from].get(what) ?? 0), 0)
  const rare = [
    ...expectedOutcomes().filter((what) => seen(what, 'outcomes') < 200),
    ...OPERATORS.flatMap((name) => [`${name} true`, `${name} false`]).filter((what) => seen(what, 'witnessed') < 50),
    ...['variable with value', 'variable without value', 'list without set operator'].filter(
      (what) => seen(what, 'witnessed') < 1000,
    ),
  ]
  expect(rare).toEqual([])
})

function expectedOutcomes(): string[] {
  const allowing = ['identity', 'root', 'trust', 'repository', 'registry']
  const all = ['identity', 'boundary', 'session', 'trust', 'repository', 'registry']
  return [
    ...allowing.map((kind) => `allowed by ${kind}`),
    ...all.map((kind) => `explicit-deny by ${kind}`),
    ...all.map((kind) => `implicit-deny by ${kind}`),
  ]
}
