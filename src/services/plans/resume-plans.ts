import type { Plan } from '../../ports/metadata/plans.ts'
import type { Services } from '../context.ts'
import { carryOutPlan } from './carry-out-plan.ts'
import { carryBackPlan } from './undo-plan.ts'

const MOST_OPEN = 1000
/** Whoever makes or applies a plan is given this long before somebody else takes it for dead. */
const PATIENCE_MS = 15 * 60_000

/**
 * Goes on with plans that were being applied or undone when their process ended, and gives up those that were being made: nothing of
 * them was done. @returns how many
 */
export async function resumePlans(services: Services, signal: AbortSignal): Promise<number> {
  let resumed = 0
  for (const plan of await services.metadata.listOpenPlans(MOST_OPEN)) {
    if (signal.aborted) break
    if (services.clock.nowMs() - plan.createdAtMs < PATIENCE_MS) continue
    if (plan.state === 'applying') await carryOutPlan(services, plan, signal)
    else if (plan.state === 'undoing') await carryBackPlan(services, plan, signal)
    else if (plan.state === 'making') await giveUp(services, plan)
    else continue
    resumed += 1
  }
  return resumed
}

async function giveUp(services: Services, { id }: Plan): Promise<void> {
  const note = 'It was cut off while it was being made, and nothing of it was done.'
  await services.metadata.transact((transaction) => transaction.updatePlan(id, { state: 'failed', note }))
}
