import { Refusal } from '../../core/refusal.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Caller, Services } from '../context.ts'
import { refuseAnyLock } from '../locks/refuse-locked.ts'
import { carryOutDeletions, type Deletion } from '../plans/delete-images.ts'
import { getPlan, planUnknown } from '../plans/get-plan.ts'
import { newPlan } from '../plans/new-plan.ts'
import type { ManifestReference } from '../pull-manifest.ts'
import { restoreWindowMs, settingsInForce } from '../settings/settings-in-force.ts'
import { Turns } from '../turns.ts'
import { dryTransaction } from './dry-transaction.ts'
import type { FreedBy } from './freed-by.ts'
import { type GoingImage, imagesOfPlan } from './going-images.ts'
import { weighGoing, weighGoingRepository } from './weigh-going.ts'

/** A plan may be about every image of a large repository, which takes memory. */
const TURNS = new Turns(2)

/**
 * What deleting an image would free, with what goes along with it; by a tag, as ECR deletes: the image goes with its last
 * tag, else the tag alone does, and nothing comes free.
 *
 * @throws {Refusal} what the deletion would be refused with: `manifest-unknown`, `manifest-in-use`, `image-locked`
 */
export async function freedByImage(
  services: Services,
  caller: Caller,
  repository: Repository,
  { reference, signal }: { reference: ManifestReference; signal: AbortSignal },
): Promise<FreedBy> {
  const deletion: Deletion =
    reference.kind === 'digest'
      ? { kind: 'image', digest: reference.digest }
      : { kind: 'tag', tag: reference.tag, expected: undefined, takesLastImage: true }
  const plan = newPlan(services, repository, { kind: 'deletion', state: 'making', actor: undefined })
  const transaction = dryTransaction(services.metadata)
  const settings = await settingsInForce(services.metadata, repository)
  const work = { services, transaction, repository, plan, actor: undefined, nowMs: plan.createdAtMs, settings }
  const { items, results } = await carryOutDeletions(work, [deletion])
  if (results[0] instanceof Refusal) throw results[0]
  const heldUntilMs = plan.createdAtMs + restoreWindowMs(settings, services.limits.restoreWindowMs)
  const going = items
    .filter(({ action }) => action === 'expire')
    .map(({ digest }): GoingImage => ({ digest, isLive: true, heldUntilMs }))
  return await weighGoing(services, caller, { repositoryId: repository.id, going, signal })
}

/**
 * What deleting the repository with all it holds would free.
 *
 * @throws {Refusal} `image-locked`, as the deletion would be
 */
export async function freedByRepository(
  services: Services,
  caller: Caller,
  repository: Repository,
  signal: AbortSignal,
): Promise<FreedBy> {
  await refuseAnyLock(services.metadata, repository)
  const settings = await settingsInForce(services.metadata, repository)
  const heldUntilMs = services.clock.nowMs() + restoreWindowMs(settings, services.limits.restoreWindowMs)
  return await weighGoingRepository(services, caller, { repository, heldUntilMs, signal })
}

/**
 * What a plan of the repository frees: one that was applied, or that is ready to be. The repository may have been deleted,
 * by this very plan.
 *
 * @throws {Refusal} `plan-unknown`, also for one of another repository; `plan-unfit` while it is being made
 */
export async function freedByPlan(
  services: Services,
  caller: Caller,
  { planId, repositoryName, signal }: { planId: string; repositoryName: string; signal: AbortSignal },
): Promise<FreedBy> {
  const { metadata, clock, limits } = services
  const plan = await getPlan(metadata, planId)
  if (plan.registryId !== caller.registry.id || plan.repositoryName !== repositoryName) throw planUnknown(planId)
  if (plan.state === 'making') throw new Refusal('plan-unfit', `The plan ${planId} is still being made.`)
  const { repositoryId } = plan
  const endOfWindow = (atMs: number) => atMs + limits.restoreWindowMs
  const nowMs = clock.nowMs()
  if (plan.kind === 'repository-deletion' && plan.state === 'applied') {
    const repository = (await metadata.findStoredRepository(repositoryId)) ?? { id: repositoryId }
    const heldUntilMs = plan.undoUntilMs ?? endOfWindow(nowMs)
    return await weighGoingRepository(services, caller, { repository, heldUntilMs, signal })
  }
  return await TURNS.run(async () => {
    const going = await imagesOfPlan(metadata, plan, { nowMs, endOfWindow, signal })
    return await weighGoing(services, caller, { repositoryId, going, signal })
  })
}
