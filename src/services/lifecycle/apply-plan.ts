import { parseLifecyclePolicy } from '../../core/lifecycle/parse-lifecycle-policy.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Plan, PlanItem } from '../../ports/metadata/plans.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Services } from '../context.ts'
import { carryOutPlan } from '../plans/carry-out-plan.ts'
import { getPlan, repositoryOfPlan } from '../plans/get-plan.ts'
import type { PlanActor } from '../plans/plan-work.ts'
import { stopPlan } from '../plans/stop-plan.ts'
import { planImages } from './plan-images.ts'
import { SNAPSHOT_TURNS } from './snapshot-turns.ts'

/** How many of the images that have changed a refusal names. */
const CHANGED_NAMED = 10
const AT_ONCE = 1000

/**
 * Begins to apply a plan: its items are done from now on, in the background.
 *
 * First the plan is made anew. What it takes beyond the old one is no reason to stop: nothing of it is done. An image of
 * the old one that is not in the new one is, as it was tagged, pulled, locked or came to be among those that stay.
 *
 * @throws {Refusal} `plan-unknown`; `plan-unfit` when it was applied already, or is still being made; `plan-outdated`
 */
export async function applyPlan(services: Services, planId: string, actor: PlanActor): Promise<Plan> {
  const plan = await getPlan(services.metadata, planId)
  refuseUnfit(plan)
  const repository = await repositoryOfPlan(services.metadata, plan)
  const changed = await changedItems(services, repository, plan)
  if (changed.length > 0) throw await stopOutdated(services, plan, changed)
  const begun = await begin(services, plan, actor)
  // Of the transactions that follow each has a record of its own.
  services.background.start('apply-plan', (signal) => carryOutPlan(services, begun, signal))
  return begun
}

function refuseUnfit({ id, state }: Plan): void {
  if (state === 'ready' || state === 'waiting') return
  const why = state === 'making' ? 'is still being made' : `is ${state}`
  throw new Refusal(
    'plan-unfit',
    `The plan ${id} ${why}: only one that is ready, or waits for a confirmation, can be applied.`,
  )
}

/** The items that a plan made now would not have. */
async function changedItems(services: Services, repository: Repository, plan: Plan): Promise<PlanItem[]> {
  if (plan.policyText === undefined) return []
  const policy = parseLifecyclePolicy(plan.policyText)
  const now = await SNAPSHOT_TURNS.run(() => planImages(services, repository, policy))
  const wanted = new Set(now.items.filter(({ outcome }) => outcome === 'planned').map(keyOf))
  const changed: PlanItem[] = []
  let after: number | undefined
  for (;;) {
    const page = await services.metadata.listPlanItems(plan.id, {}, { after, limit: AT_ONCE })
    for (const item of page) if (item.outcome === 'planned' && !wanted.has(keyOf(item))) changed.push(item)
    after = page.at(-1)?.position
    if (page.length < AT_ONCE) return changed
  }
}

/** An image that got or lost a tag is another one: somebody has just done something with it. */
function keyOf({ action, digest, tag, tags }: PlanItem): string {
  return tag !== undefined ? `${action} ${digest} ${tag}` : `${action} ${digest} ${[...tags].sort().join(' ')}`
}

async function stopOutdated(services: Services, plan: Plan, changed: readonly PlanItem[]): Promise<Refusal> {
  const named = changed
    .slice(0, CHANGED_NAMED)
    .map(({ digest, tag }) => (tag === undefined ? digest : `${tag} of ${digest}`))
  const more = changed.length > named.length ? ` and ${changed.length - named.length} more` : ''
  const note = `The repository has changed since the plan was made: it would not take ${named.join(', ')}${more} any more. Nothing was done; make a new plan.`
  const stopped = await services.metadata.transact((transaction) => stopPlan(transaction, plan, note))
  if (stopped.state !== 'stopped') refuseUnfit(stopped)
  return new Refusal('plan-outdated', note, { digests: changed.slice(0, CHANGED_NAMED).map(({ digest }) => digest) })
}

/** Of two who apply it at once, one begins. */
async function begin(services: Services, plan: Plan, actor: PlanActor): Promise<Plan> {
  return await services.metadata.transact(async (transaction) => {
    await transaction.lockRepository(plan.repositoryId, 'exclusive')
    const current = await getPlan(transaction, plan.id)
    refuseUnfit(current)
    const begun: Plan = { ...current, state: 'applying', appliedBy: actor, note: undefined }
    await transaction.updatePlan(plan.id, begun)
    return begun
  })
}
