import type { Digest } from '../../core/digest.ts'
import type { StorageClass } from '../../core/lifecycle/lifecycle-image.ts'
import { Refusal } from '../../core/refusal.ts'
import type { PlanItem } from '../../ports/metadata/plans.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Caller, Services } from '../context.ts'
import { lockRepository } from '../lock-repository.ts'
import { imageLocked } from '../locks/refuse-locked.ts'
import { manifestUnknown } from '../pull-manifest.ts'
import { restoreWindowMs, settingsInForce } from '../settings/settings-in-force.ts'
import { carryOutItem } from './carry-out-item.ts'
import { newPlan, summarise } from './new-plan.ts'
import { planItem } from './plan-item.ts'
import type { PlanWork } from './plan-work.ts'

/** What follows an image does in the same transaction. */
const MOST_FOLLOWERS = 1000

/**
 * Archives an image, or takes it out of the archive; its referrers follow it (ecr.md 7.3), and out of the archive the
 * children of an index. As a plan, so that it can be undone.
 *
 * @returns the plan's id
 * @throws {Refusal} `manifest-unknown`, `image-locked`; `image-class-unchanged` when it is there already, or an index that
 *   is not archived holds it
 */
export async function changeStorageClass(
  services: Services,
  caller: Caller,
  repository: Repository,
  { digest, storageClass }: { readonly digest: Digest; readonly storageClass: StorageClass },
): Promise<string> {
  return await services.metadata.transact(async (transaction) => {
    const current = await lockRepository(transaction, caller, { repository, mode: 'exclusive' })
    const actor = { principal: caller.principal.arn, requestId: caller.requestId }
    const plan = newPlan(services, current, { kind: 'storage-class', state: 'applied', actor })
    const settings = await settingsInForce(transaction, current)
    const work = { services, transaction, repository: current, plan, actor, nowMs: plan.createdAtMs, settings }
    const items = await change(work, digest, storageClass)
    const undoUntilMs = plan.createdAtMs + restoreWindowMs(settings, services.limits.restoreWindowMs)
    const times = { appliedBy: actor, appliedAtMs: plan.createdAtMs, undoUntilMs }
    await transaction.insertPlan({ ...plan, ...times, summary: summarise(items) })
    await transaction.insertPlanItems(
      plan.id,
      items.map((item, position) => ({ ...item, position })),
    )
    return plan.id
  })
}

async function change(work: PlanWork, digest: Digest, storageClass: StorageClass): Promise<PlanItem[]> {
  const image = await itemFor(work, digest, storageClass)
  if (image === undefined) throw manifestUnknown({ kind: 'digest', digest })
  if (image.storageClass === storageClass)
    throw unchanged(`The image is in the storage class ${nameOf(storageClass)} already.`)
  const { item } = await carryOutItem(work, image)
  if (item.failure?.code === 'ImageLocked') throw imageLocked(item.failure.reason)
  if (item.failure !== undefined) throw unchanged(item.failure.reason)
  const items = [item]
  // It grows on the way, with indexes in an index.
  for (const changed of items) {
    for (const { digest: next, why } of await followersOf(work, changed)) {
      if (items.length >= MOST_FOLLOWERS) break
      const follower = await itemFor(work, next, storageClass)
      if (follower === undefined || follower.storageClass === storageClass) continue
      const followed = await carryOutItem(work, { ...follower, why })
      if (followed.item.outcome === 'done') items.push(followed.item)
    }
  }
  // Undone from its end, the index goes back into the archive before what it holds.
  return storageClass === 'archive' ? items : items.toReversed()
}

/** What refers to an image goes where it goes; and an index is taken out of the archive to be pulled, which takes its children. */
async function followersOf(
  { transaction, repository }: PlanWork,
  { digest, action }: PlanItem,
): Promise<{ readonly digest: Digest; readonly why: string }[]> {
  const page = { limit: MOST_FOLLOWERS }
  const referrers = await transaction.listReferrers(repository.id, { subject: digest, artifactTypes: [] }, page)
  const children = action === 'restore' ? await transaction.childrenOf(repository.id, digest) : []
  return [
    ...referrers.map((referrer) => ({ digest: referrer.digest, why: `It refers to ${digest}.` })),
    ...children.map((child) => ({ digest: child, why: `${digest} holds it.` })),
  ]
}

async function itemFor(work: PlanWork, digest: Digest, storageClass: StorageClass): Promise<PlanItem | undefined> {
  const { transaction, repository } = work
  const manifest = await transaction.findManifest(repository.id, digest)
  if (manifest === undefined) return undefined
  const tags = await transaction.tagsOf(repository.id, digest)
  const action = storageClass === 'archive' ? 'archive' : 'restore'
  return planItem({ ...manifest, tags }, { action, why: 'It was asked for.', rule: undefined })
}

function nameOf(storageClass: StorageClass): string {
  return storageClass.toUpperCase()
}

function unchanged(message: string): Refusal {
  return new Refusal('image-class-unchanged', message)
}
