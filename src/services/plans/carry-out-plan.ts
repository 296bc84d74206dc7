import type { Digest } from '../../core/digest.ts'
import type { Plan, PlanItem } from '../../ports/metadata/plans.ts'
import type { MetadataTransaction } from '../../ports/metadata-store.ts'
import type { Services } from '../context.ts'
import { nextTurn } from '../next-turn.ts'
import { restoreWindowMs, settingsInForce } from '../settings/settings-in-force.ts'
import { MOST_ALONG } from './carry-out-item.ts'
import { carryOutItems } from './carry-out-items.ts'
import { getPlan } from './get-plan.ts'
import { summarise } from './new-plan.ts'
import type { PlanWork } from './plan-work.ts'
import { recordExecution } from './record-execution.ts'

/** What a push into the repository may have to wait for. */
const AT_ONCE = 20
const COUNTED_AT_ONCE = 1000

/**
 * Does what is still to be done of a plan that is being applied, a few items in each transaction. Whatever stops it, it can
 * be called again, also by another process: an item is done by whoever holds the repository while it is.
 *
 * @returns the plan as it is afterwards
 */
export async function carryOutPlan(services: Services, plan: Plan, signal: AbortSignal): Promise<Plan> {
  let after: number | undefined
  while (!signal.aborted) {
    const page = await carryOutPage(services, plan, after)
    if (page === undefined) return await finish(services, plan)
    after = page
    await nextTurn()
  }
  return await getPlan(services.metadata, plan.id)
}

/** @returns the position of the last item of the page; undefined when there is none any more */
async function carryOutPage(services: Services, plan: Plan, after: number | undefined): Promise<number | undefined> {
  return await services.metadata.transact(async (transaction) => {
    const repository = await transaction.lockRepository(plan.repositoryId, 'exclusive')
    if (repository === undefined) return undefined
    const items = await transaction.listPlanItems(plan.id, {}, { after, limit: AT_ONCE })
    const planned = items.filter(({ outcome }) => outcome === 'planned')
    const nowMs = services.clock.nowMs()
    // What the planner could not have is told with the others.
    const refused = items.filter(({ outcome }) => outcome === 'failed')
    if (planned.length > 0 || refused.length > 0) {
      const settings = await settingsInForce(transaction, repository)
      const [stayed, room] = [new Set<Digest>(), { along: MOST_ALONG }]
      const work = { services, transaction, repository, plan, actor: plan.appliedBy, nowMs, settings, stayed, room }
      const nextPosition = ((await transaction.lastPlanPosition(plan.id)) ?? -1) + 1
      const done = await carryOutItems(work, planned, nextPosition)
      await recordExecution(work, plan, [...done, ...refused])
      if (planned.length > 0) await beginWindow(work)
    }
    return items.at(-1)?.position
  })
}

/** What goes first is purged first, however long the rest takes: so it is from then on that all of it can be undone. */
async function beginWindow({ services, transaction, plan, nowMs, settings }: PlanWork): Promise<void> {
  if ((await getPlan(transaction, plan.id)).undoUntilMs !== undefined) return
  const undoUntilMs = nowMs + restoreWindowMs(settings, services.limits.restoreWindowMs)
  await transaction.updatePlan(plan.id, { undoUntilMs })
}

async function finish(services: Services, plan: Plan): Promise<Plan> {
  const items: PlanItem[] = []
  for (;;) {
    const after = items.at(-1)?.position
    const page = await services.metadata.listPlanItems(plan.id, {}, { after, limit: COUNTED_AT_ONCE })
    for (const item of page) items.push(item)
    if (page.length < COUNTED_AT_ONCE) break
  }
  return await services.metadata.transact(async (transaction) => {
    const current = await getPlan(transaction, plan.id)
    if (current.state !== 'applying') return current
    const appliedAtMs = services.clock.nowMs()
    const undoUntilMs = current.undoUntilMs ?? appliedAtMs + (await windowOf(services, transaction, plan))
    const applied: Plan = { ...current, state: 'applied', summary: summarise(items), appliedAtMs, undoUntilMs }
    await transaction.updatePlan(plan.id, applied)
    await recordApplied(services, transaction, applied)
    return applied
  })
}

async function windowOf({ limits }: Services, transaction: MetadataTransaction, plan: Plan): Promise<number> {
  const repository = await transaction.findStoredRepository(plan.repositoryId)
  if (repository === undefined) return limits.restoreWindowMs
  return restoreWindowMs(await settingsInForce(transaction, repository), limits.restoreWindowMs)
}

async function recordApplied(
  services: Services,
  transaction: MetadataTransaction,
  { id, registryId, repositoryId, repositoryName, appliedBy, summary }: Plan,
): Promise<void> {
  const detail = {
    planId: id,
    cause: 'lifecycle',
    expired: summary.expire,
    archived: summary.archive,
    untagged: summary.untag,
    failed: summary.refused,
    ...(appliedBy !== undefined && { requestId: appliedBy.requestId }),
  } as const
  await transaction.recordEvent({
    kind: 'plan-applied',
    atMs: services.clock.nowMs(),
    ...{ registryId, repositoryId, repositoryName, principal: appliedBy?.principal },
    detail,
  })
}
