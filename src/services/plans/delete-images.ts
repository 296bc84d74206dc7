import type { Digest } from '../../core/digest.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Tag } from '../../core/tag.ts'
import type { PlanItem } from '../../ports/metadata/plans.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { MetadataTransaction } from '../../ports/metadata-store.ts'
import type { Caller, Services } from '../context.ts'
import { lockRepository } from '../lock-repository.ts'
import { imageLocked } from '../locks/refuse-locked.ts'
import { manifestUnknown } from '../pull-manifest.ts'
import { restoreWindowMs, settingsInForce } from '../settings/settings-in-force.ts'
import { carryOutItem } from './carry-out-item.ts'
import { newPlan, summarise } from './new-plan.ts'
import { planItem } from './plan-item.ts'
import type { PlanWork } from './plan-work.ts'
import { weighItems } from './weigh-items.ts'

/** What is to go: an image with all its tags, or a tag. */
export type Deletion =
  | { readonly kind: 'image'; readonly digest: Digest }
  | {
      readonly kind: 'tag'
      readonly tag: Tag
      /** What the tag must point at, when the caller says so. */
      readonly expected: Digest | undefined
      /** Whether the image goes with its last tag, as ECR's API does (ecr.md fact 9). */
      readonly takesLastImage: boolean
    }

/** What became of one: the digest with the tags that went, or why it was refused. */
export type Deleted = { readonly digest: Digest; readonly tags: readonly Tag[] } | Refusal

export interface Deletions {
  /** By which all of it can be undone; undefined when nothing was deleted. */
  readonly planId: string | undefined
  /** For each that was asked for, in that order. */
  readonly results: readonly Deleted[]
}

const WHY = 'It was asked for.'

/**
 * Deletes images and tags as one plan, in one transaction. One that cannot go stops no other. An index goes before what it
 * holds, whatever order they are named in; referrers go with their subject.
 *
 * @throws {Refusal} `repository-unknown` when it went meanwhile
 */
export async function deleteImages(
  services: Services,
  caller: Caller,
  repository: Repository,
  deletions: readonly Deletion[],
): Promise<Deletions> {
  return await services.metadata.transact(async (transaction) => {
    const current = await lockRepository(transaction, caller, { repository, mode: 'exclusive' })
    const actor = { principal: caller.principal.arn, requestId: caller.requestId }
    const plan = newPlan(services, current, { kind: 'deletion', state: 'applied', actor })
    const settings = await settingsInForce(transaction, current)
    const work = { services, transaction, repository: current, plan, actor, nowMs: plan.createdAtMs, settings }
    const { items, results } = await carryOutDeletions(work, deletions)
    if (items.length === 0) return { planId: undefined, results }
    await transaction.insertPlan({
      ...plan,
      summary: summarise(items),
      appliedBy: actor,
      appliedAtMs: plan.createdAtMs,
      undoUntilMs: plan.createdAtMs + restoreWindowMs(settings, services.limits.restoreWindowMs),
    })
    await transaction.insertPlanItems(
      plan.id,
      items.map((item, position) => ({ ...item, position })),
    )
    return { planId: plan.id, results }
  })
}

/**
 * Deletes one image or tag, as `deleteImages` does.
 *
 * @throws {Refusal} `manifest-unknown`, `manifest-in-use`, `image-locked`, `repository-unknown`
 */
export async function deleteImage(
  services: Services,
  caller: Caller,
  repository: Repository,
  deletion: Deletion,
): Promise<{ readonly planId: string }> {
  const { planId, results } = await deleteImages(services, caller, repository, [deletion])
  const [result] = results
  if (result instanceof Refusal) throw result
  if (planId === undefined) throw new Error('a deletion left neither a plan nor a refusal')
  return { planId }
}

/** Does it all in the transaction of `work`, whose plan is not written: that is the caller's. */
export async function carryOutDeletions(
  work: PlanWork,
  deletions: readonly Deletion[],
): Promise<{ readonly items: readonly PlanItem[]; readonly results: readonly Deleted[] }> {
  const run = new DeletionRun(work)
  const results = await run.take(deletions)
  return { items: run.items, results }
}

class DeletionRun {
  readonly items: PlanItem[] = []
  readonly #work: PlanWork

  constructor(work: PlanWork) {
    this.#work = work
  }

  async take(deletions: readonly Deletion[]): Promise<Deleted[]> {
    const results: Deleted[] = new Array(deletions.length)
    let waiting = deletions.map((deletion, index) => ({ deletion, index }))
    // A child that an index holds is tried again as long as others went meanwhile.
    for (let before = Number.POSITIVE_INFINITY; waiting.length > 0 && waiting.length < before; ) {
      before = waiting.length
      const held: typeof waiting = []
      for (const each of waiting) {
        const result = await this.#takeOne(each.deletion)
        results[each.index] = result
        if (result instanceof Refusal && result.reason === 'manifest-in-use') held.push(each)
      }
      waiting = held
    }
    return results
  }

  async #takeOne(deletion: Deletion): Promise<Deleted> {
    const item = await this.#itemFor(deletion)
    if (item instanceof Refusal) return item
    const [weighed = item] = await weighItems(this.#work.transaction, this.#work.repository, [item])
    const { item: done, along } = await carryOutItem(this.#work, weighed)
    if (done.failure !== undefined) return refusalOf(done)
    this.items.push(done, ...along)
    return { digest: done.digest, tags: done.tag === undefined ? done.tags : [done.tag] }
  }

  async #itemFor(deletion: Deletion): Promise<PlanItem | Refusal> {
    const { transaction, repository } = this.#work
    if (deletion.kind === 'image') {
      const found = await imageOf(transaction, repository, deletion.digest)
      return found === undefined ? manifestUnknown({ kind: 'digest', digest: deletion.digest }) : expireItem(found)
    }
    const { tag, expected, takesLastImage } = deletion
    await transaction.lockTag(repository.id, tag)
    const digest = (await transaction.findTag(repository.id, tag))?.digest
    const found = digest && (expected ?? digest) === digest ? await imageOf(transaction, repository, digest) : undefined
    if (found === undefined) return manifestUnknown({ kind: 'tag', tag })
    const isLast = found.tags.length === 1
    return takesLastImage && isLast
      ? expireItem(found)
      : planItem(found, { action: 'untag', why: WHY, rule: undefined, tag })
  }
}

async function imageOf(transaction: MetadataTransaction, repository: Repository, digest: Digest) {
  const manifest = await transaction.findManifest(repository.id, digest)
  return manifest && { ...manifest, tags: await transaction.tagsOf(repository.id, digest) }
}

function expireItem(found: NonNullable<Awaited<ReturnType<typeof imageOf>>>): PlanItem {
  return planItem(found, { action: 'expire', why: WHY, rule: undefined })
}

function refusalOf({ digest, failure }: PlanItem): Refusal {
  const reason = failure?.reason ?? ''
  if (failure?.code === 'ImageReferencedByManifestList') {
    return new Refusal('manifest-in-use', reason, { digests: failure.digests ?? [] })
  }
  if (failure?.code === 'ImageLocked') return imageLocked(reason)
  return manifestUnknown({ kind: 'digest', digest })
}
