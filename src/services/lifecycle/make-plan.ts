import type { ParsedLifecyclePolicy } from '../../core/lifecycle/parse-lifecycle-policy.ts'
import type { Plan, PlanItem, PlanState } from '../../ports/metadata/plans.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Services } from '../context.ts'
import { summarise } from '../plans/new-plan.ts'
import { planImages } from './plan-images.ts'
import { SNAPSHOT_TURNS } from './snapshot-turns.ts'

/** Rows written by one transaction. */
const AT_ONCE = 200

/**
 * Makes a plan that was begun. What goes wrong is written into it, so that whoever waits for it learns why.
 *
 * @returns the plan, `ready` or `failed`
 */
export async function fillPlan(
  services: Services,
  repository: Repository,
  plan: Plan,
  { policy, signal }: { readonly policy: ParsedLifecyclePolicy; readonly signal: AbortSignal },
): Promise<Plan> {
  try {
    const look = () => planImages(services, repository, policy, signal)
    const { items, imageCount } = await SNAPSHOT_TURNS.run(look)
    return await storeItems(services, plan, { items, imageCount, state: 'ready' })
  } catch (error) {
    const note = 'The plan could not be made; the log of the server says why.'
    await services.metadata.transact((transaction) => transaction.updatePlan(plan.id, { state: 'failed', note }))
    throw error
  }
}

/** Writes a plan with everything in it. Until the last row is there it is being made. */
export async function storeItems(
  services: Services,
  plan: Plan,
  { items, imageCount, state }: { items: readonly PlanItem[]; imageCount: number; state: PlanState },
): Promise<Plan> {
  for (let from = 0; from < items.length; from += AT_ONCE) {
    const page = items.slice(from, from + AT_ONCE)
    await services.metadata.transact((transaction) => transaction.insertPlanItems(plan.id, page))
  }
  const made: Plan = { ...plan, state, imageCount, summary: summarise(items) }
  await services.metadata.transact((transaction) => transaction.updatePlan(plan.id, made))
  return made
}
