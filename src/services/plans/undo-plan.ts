import { Refusal } from '../../core/refusal.ts'
import type { Tag } from '../../core/tag.ts'
import type { Plan, PlanFailure, PlanItem } from '../../ports/metadata/plans.ts'
import type { Services } from '../context.ts'
import { nextTurn } from '../next-turn.ts'
import { getPlan, planUnknown } from './get-plan.ts'
import { placeOf, sourceOf } from './plan-events.ts'
import type { PlanActor, PlanWork } from './plan-work.ts'

const AT_ONCE = 20

export interface UndonePlan {
  readonly plan: Plan
  /** How many items were brought back. */
  readonly restored: number
  /** What could not be brought back as it was, with why. */
  readonly failures: readonly PlanItem[]
}

/**
 * Brings back what a plan did away with: images with their tags, tags, repositories, and the storage classes that were. A
 * tag that meanwhile points elsewhere stays where it is. It can be called again when something has stopped it.
 *
 * @throws {Refusal} `plan-unknown`; `plan-unfit` when nothing of it was applied, its window has ended, or its repository
 *   cannot be brought back
 */
export async function undoPlan(
  services: Services,
  planId: string,
  actor: PlanActor,
  signal: AbortSignal,
): Promise<UndonePlan> {
  const plan = await getPlan(services.metadata, planId)
  refuseUnfit(plan, services.clock.nowMs())
  if (plan.kind === 'repository-deletion') return await undoRepository(services, plan, actor)
  const failures: PlanItem[] = []
  let restored = 0
  let beforePosition = Number.MAX_SAFE_INTEGER
  while (!signal.aborted) {
    const page = await undoPage(services, plan, { actor, beforePosition })
    for (const item of page) {
      if (item.failure === undefined) restored += 1
      else failures.push(item)
      beforePosition = item.position
    }
    if (page.length < AT_ONCE) break
    await nextTurn()
  }
  return { plan: await finish(services, plan), restored, failures }
}

function refuseUnfit({ id, state, undoUntilMs }: Plan, nowMs: number): void {
  if (state !== 'applied' && state !== 'applying' && state !== 'undone') {
    throw new Refusal('plan-unfit', `The plan ${id} is ${state}: there is nothing to undo.`)
  }
  if (undoUntilMs === undefined || nowMs < undoUntilMs) return
  const ended = new Date(undoUntilMs).toISOString()
  throw new Refusal('plan-unfit', `The plan ${id} could be undone until ${ended}.`)
}

/** The last items first: what an index holds is there again before it is. */
async function undoPage(
  services: Services,
  plan: Plan,
  { actor, beforePosition }: { readonly actor: PlanActor; readonly beforePosition: number },
): Promise<PlanItem[]> {
  return await services.metadata.transact(async (transaction) => {
    const repository = await transaction.lockRepository(plan.repositoryId, 'exclusive')
    if (repository === undefined) {
      throw new Refusal('plan-unfit', `The repository ${plan.repositoryName} was deleted; bring it back first.`)
    }
    const work = { services, transaction, repository, plan, actor, nowMs: services.clock.nowMs() }
    const items = await transaction.listPlanItemsBack(plan.id, 'done', { beforePosition, limit: AT_ONCE })
    const undone: PlanItem[] = []
    for (const item of items) undone.push(await undoItem(work, item))
    await transaction.updatePlanItems(plan.id, undone)
    return undone
  })
}

async function undoItem(work: PlanWork, item: PlanItem): Promise<PlanItem> {
  const failure = await restore(work, item)
  // What is gone for good stays done, and is said so every time.
  if (failure?.code === 'ImageNotFound') return { ...item, failure }
  return { ...item, outcome: 'undone', failure }
}

async function restore(work: PlanWork, item: PlanItem): Promise<PlanFailure | undefined> {
  switch (item.action) {
    case 'expire':
      return await restoreImage(work, item)
    case 'untag':
      return await restoreTags(work, item)
    case 'archive':
    case 'restore':
      return await restoreClass(work, item)
  }
}

const GONE: PlanFailure = { code: 'ImageNotFound', reason: 'The image was deleted anew, or its window has ended.' }

async function restoreImage(work: PlanWork, item: PlanItem): Promise<PlanFailure | undefined> {
  const { transaction, repository, plan } = work
  const result = await transaction.restoreManifest(repository.id, item.digest, plan.id)
  if (result === 'gone') return GONE
  if (result === 'restored') {
    const detail = { digest: item.digest, tags: item.tags, ...sourceOf(work) }
    await transaction.recordEvent({ kind: 'image-undeleted', ...placeOf(work), detail })
  }
  return await restoreTags(work, item)
}

/** As new periods, so that the tag's memory says that it was away; since when it had been set stays as it was. */
async function restoreTags(work: PlanWork, item: PlanItem): Promise<PlanFailure | undefined> {
  const { transaction, repository, plan, actor, nowMs } = work
  if ((await transaction.findManifest(repository.id, item.digest)) === undefined) return GONE
  const elsewhere: Tag[] = []
  for (const { tag, setAtMs } of await transaction.listTagsEndedBy(plan.id, item.digest)) {
    if (item.action === 'untag' && tag !== item.tag) continue
    await transaction.lockTag(repository.id, tag)
    const current = await transaction.findTag(repository.id, tag)
    if (current === undefined) {
      const change = { atMs: nowMs, by: actor?.principal, cause: 'undo', planId: plan.id, setAtMs } as const
      await transaction.putTag(repository.id, tag, item.digest, change)
    } else if (current.digest !== item.digest) {
      elsewhere.push(tag)
    }
  }
  if (elsewhere.length === 0) return undefined
  return { code: 'TagMoved', reason: `Meanwhile these tags point elsewhere, and stay there: ${elsewhere.join(', ')}.` }
}

async function restoreClass(work: PlanWork, item: PlanItem): Promise<PlanFailure | undefined> {
  const { transaction, repository } = work
  const manifest = await transaction.findManifest(repository.id, item.digest)
  if (manifest === undefined) return GONE
  const expected = item.action === 'archive' ? 'archive' : 'standard'
  if (manifest.storageClass !== expected) {
    return { code: 'ImageChanged', reason: 'Its storage class was changed meanwhile, and stays as it is.' }
  }
  const { storageClass, archivedAtMs, restoredAtMs } = item
  await transaction.setStorageClass(repository.id, item.digest, { storageClass, archivedAtMs, restoredAtMs })
  return undefined
}

async function undoRepository(services: Services, plan: Plan, actor: PlanActor): Promise<UndonePlan> {
  const undone = await services.metadata.transact(async (transaction) => {
    const result = await transaction.restoreRepository(plan.repositoryId)
    if (result === 'taken') {
      throw new Refusal(
        'plan-unfit',
        `Another repository is called ${plan.repositoryName} now: delete that first, or keep it.`,
      )
    }
    const repository = await transaction.lockRepository(plan.repositoryId, 'exclusive')
    if (repository === undefined) {
      throw new Refusal('plan-unfit', `The repository ${plan.repositoryName} is gone: its window has ended.`)
    }
    const nowMs = services.clock.nowMs()
    const work: PlanWork = { services, transaction, repository, plan, actor, nowMs }
    if (result === 'restored') {
      await transaction.recordEvent({ kind: 'repository-undeleted', ...placeOf(work), detail: sourceOf(work) })
    }
    const changed: Plan = { ...plan, state: 'undone', undoneAtMs: nowMs }
    await transaction.updatePlan(plan.id, changed)
    return changed
  })
  return { plan: undone, restored: 1, failures: [] }
}

async function finish(services: Services, plan: Plan): Promise<Plan> {
  return await services.metadata.transact(async (transaction) => {
    const current = await transaction.findPlan(plan.id)
    if (current === undefined) throw planUnknown(plan.id)
    const undone: Plan = { ...current, state: 'undone', undoneAtMs: services.clock.nowMs() }
    await transaction.updatePlan(plan.id, undone)
    return undone
  })
}
