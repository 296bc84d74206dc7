import { Refusal } from '../../core/refusal.ts'
import type { Plan } from '../../ports/metadata/plans.ts'
import type { MetadataTransaction } from '../../ports/metadata-store.ts'
import type { Services } from '../context.ts'
import { nextTurn } from '../next-turn.ts'
import { chargeRepository } from '../settings/charge.ts'
import { settingsInForce } from '../settings/settings-in-force.ts'
import { getPlan } from './get-plan.ts'
import { placeOf, sourceOf } from './plan-events.ts'
import type { PlanActor, PlanWork } from './plan-work.ts'
import { undoItem } from './undo-item.ts'

/** What a push into the repository may have to wait for. */
const AT_ONCE = 20

/**
 * Begins to bring back what a plan did away with: images with their tags, tags, repositories, and the storage classes that
 * were. It goes on in the background; what could not be brought back as it was is said in the plan's items.
 *
 * @throws {Refusal} `plan-unknown`; `plan-unfit` when nothing of it was applied, its window has ended, or its repository
 *   cannot be brought back
 */
export async function undoPlan(services: Services, planId: string, actor: PlanActor): Promise<Plan> {
  const begun = await services.metadata.transact(async (transaction) => {
    const plan = await getPlan(transaction, planId)
    refuseUnfit(plan, services.clock.nowMs())
    if (plan.kind === 'repository-deletion') return await undoRepository(services, transaction, plan, actor)
    if ((await transaction.lockRepository(plan.repositoryId, 'exclusive')) === undefined) throw repositoryDeleted(plan)
    const undoing: Plan = { ...plan, state: 'undoing', undoneBy: actor }
    await transaction.updatePlan(plan.id, undoing)
    return undoing
  })
  services.background.start('undo-plan', (signal) => carryBackPlan(services, begun, signal))
  return begun
}

function refuseUnfit({ id, state, undoUntilMs }: Plan, nowMs: number): void {
  if (state !== 'applied' && state !== 'undone') {
    throw new Refusal('plan-unfit', `The plan ${id} is ${state}: only one that was applied can be undone.`)
  }
  if (undoUntilMs === undefined || nowMs < undoUntilMs) return
  const ended = new Date(undoUntilMs).toISOString()
  throw new Refusal('plan-unfit', `The plan ${id} could be undone until ${ended}.`)
}

function repositoryDeleted({ repositoryName }: Plan): Refusal {
  return new Refusal('plan-unfit', `The repository ${repositoryName} was deleted; bring it back first.`)
}

/**
 * Brings back what is still to be brought back of a plan that is being undone, the last items first, so that what an index
 * holds is there before it is. It can be called again, also by another process, whatever has stopped it.
 */
export async function carryBackPlan(services: Services, plan: Plan, signal: AbortSignal): Promise<Plan> {
  if (plan.state !== 'undoing') return plan
  let beforePosition = Number.MAX_SAFE_INTEGER
  while (!signal.aborted) {
    const last = await carryBackPage(services, plan, beforePosition)
    if (last === undefined) return await finish(services, plan)
    beforePosition = last
    await nextTurn()
  }
  return await getPlan(services.metadata, plan.id)
}

/** @returns the position of the page's last item; undefined when there is none any more */
async function carryBackPage(services: Services, plan: Plan, beforePosition: number): Promise<number | undefined> {
  return await services.metadata.transact(async (transaction) => {
    const repository = await transaction.lockRepository(plan.repositoryId, 'exclusive')
    // It was deleted meanwhile: that is a plan of its own, and this one can be undone again after it.
    if (repository === undefined) return undefined
    const nowMs = services.clock.nowMs()
    const settings = await settingsInForce(transaction, repository)
    const work: PlanWork = { services, transaction, repository, plan, actor: plan.undoneBy, nowMs, settings }
    const items = await transaction.listPlanItemsBack(plan.id, 'done', { beforePosition, limit: AT_ONCE })
    const undone = []
    for (const item of items) undone.push(await undoItem(work, item))
    await transaction.updatePlanItems(plan.id, undone)
    return items.at(-1)?.position
  })
}

async function undoRepository(
  services: Services,
  transaction: MetadataTransaction,
  plan: Plan,
  actor: PlanActor,
): Promise<Plan> {
  // If it is deleted now, another plan did that.
  if (plan.state === 'undone') return plan
  const result = await transaction.restoreRepository(plan.repositoryId)
  if (result === 'taken') {
    const message = `Another repository is called ${plan.repositoryName} now: delete that first, or keep it.`
    throw new Refusal('plan-unfit', message)
  }
  const repository = await transaction.lockRepository(plan.repositoryId, 'exclusive')
  if (repository === undefined) {
    throw new Refusal('plan-unfit', `The repository ${plan.repositoryName} is gone: its window has ended.`)
  }
  const nowMs = services.clock.nowMs()
  const settings = await settingsInForce(transaction, repository)
  const work: PlanWork = { services, transaction, repository, plan, actor, nowMs, settings }
  if (result === 'restored') {
    await chargeRepository(transaction, repository, settings.quota)
    await transaction.recordEvent({ kind: 'repository-undeleted', ...placeOf(work), detail: sourceOf(work) })
  }
  const undone: Plan = { ...plan, state: 'undone', undoneBy: actor, undoneAtMs: plan.undoneAtMs ?? nowMs }
  await transaction.updatePlan(plan.id, undone)
  return undone
}

async function finish(services: Services, plan: Plan): Promise<Plan> {
  return await services.metadata.transact(async (transaction) => {
    const current = await getPlan(transaction, plan.id)
    if (current.state !== 'undoing') return current
    const undone: Plan = { ...current, state: 'undone', undoneAtMs: current.undoneAtMs ?? services.clock.nowMs() }
    await transaction.updatePlan(plan.id, undone)
    return undone
  })
}
