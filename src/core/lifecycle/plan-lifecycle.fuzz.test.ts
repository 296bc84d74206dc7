import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { naivePlan } from '../../../test/lifecycle/naive-planner.ts'
import { NOW_MS, policyOf, policySketch, randomRepository } from '../../../test/lifecycle/random-repository.ts'
import type { LifecyclePlan } from './lifecycle-plan.ts'
import { planLifecycle } from './plan-lifecycle.ts'

/** Without the order, which is asked about by itself. */
function asSets({ actions, refused }: LifecyclePlan) {
  const texts = (rows: readonly object[]) => rows.map((row) => JSON.stringify(sortedMembers(row))).sort()
  return { actions: texts(actions), refused: texts(refused) }
}

function sortedMembers(row: object): object {
  return Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const honest = randomRepository(true)
const hostile = randomRepository(false)

test.each([
  ['honest repositories', honest, 6000],
  ['repositories whose edges run in circles', hostile, 4000],
])(
  'planLifecycle() agrees with a planner written from the rules alone: %s',
  (_, repository, numRuns) => {
    fc.assert(
      fc.property(policySketch, repository, (sketch, images) => {
        const policy = policyOf(sketch)
        expect(asSets(planLifecycle(policy, images, NOW_MS))).toEqual(asSets(naivePlan(policy, images, NOW_MS)))
      }),
      { numRuns },
    )
  },
  120_000,
)
