import { expect, test } from 'bun:test'
import { SystemClock } from '../../adapters/system-clock.ts'
import { Pace } from './pace.ts'

const NEVER = new AbortController().signal

/** Three steps of 20 ms. @returns how long they took with their rests, in milliseconds */
async function threeSteps(isQuiet: () => boolean): Promise<number> {
  const pace = new Pace(new SystemClock(), { busyShare: 0.2, isQuiet }, NEVER)
  const startedMs = performance.now()
  for (let n = 0; n < 3; n += 1) await pace.step(() => Bun.sleep(20))
  return performance.now() - startedMs
}

test('Pace rests four times as long as it works, at a share of a fifth', async () => {
  expect(await threeSteps(() => false)).toBeGreaterThan(3 * 20 * 4)
})

test('Pace does not rest while nobody is there', async () => {
  expect(await threeSteps(() => true)).toBeLessThan(3 * 20 * 4)
})
