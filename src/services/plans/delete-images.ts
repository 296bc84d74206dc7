import type { Digest } from '../../core/digest.ts'
import { planDeletion, type WantedDeletion } from '../../core/lifecycle/plan-deletion.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Tag } from '../../core/tag.ts'
import type { PlanItem } from '../../ports/metadata/plans.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Caller, Services } from '../context.ts'
import { lockRepository } from '../lock-repository.ts'
import { imageLocked } from '../locks/refuse-locked.ts'
import { manifestUnknown } from '../pull-manifest.ts'
import { restoreWindowMs, settingsInForce } from '../settings/settings-in-force.ts'
import { carryOutItem, MOST_ALONG } from './carry-out-item.ts'
import { newPlan, summarise } from './new-plan.ts'
import { planItem } from './plan-item.ts'
import type { PlanWork } from './plan-work.ts'
import { readNeighbours } from './read-neighbours.ts'
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
    if (!items.some(({ outcome }) => outcome === 'done')) return { planId: undefined, results }
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
  const named: Named[] = []
  for (const deletion of deletions) named.push(await resolve(work, deletion))
  const wanted = await wantedBy(work, named)
  const planned = await planItems(work, wanted)
  const items = await carryOut(work, planned)
  return { items, results: named.map((each) => resultOf(items, each)) }
}

/** What a deletion names, or why there is no such thing. */
type Named = Refusal | { readonly digest: Digest; readonly tag: Tag | undefined; readonly takesLastImage: boolean }

async function resolve({ transaction, repository }: PlanWork, deletion: Deletion): Promise<Named> {
  if (deletion.kind === 'image') {
    const { digest } = deletion
    const found = await transaction.findManifest(repository.id, digest)
    return found ? { digest, tag: undefined, takesLastImage: true } : manifestUnknown({ kind: 'digest', digest })
  }
  const { tag, expected, takesLastImage } = deletion
  await transaction.lockTag(repository.id, tag)
  const digest = (await transaction.findTag(repository.id, tag))?.digest
  if (digest === undefined || (expected ?? digest) !== digest) return manifestUnknown({ kind: 'tag', tag })
  return { digest, tag, takesLastImage }
}

/** An image goes when it is asked for, and with the last of its tags where these take it along. */
async function wantedBy({ transaction, repository }: PlanWork, named: readonly Named[]): Promise<WantedDeletion> {
  const images = new Set<Digest>()
  const tags = new Set<Tag>()
  const found = named.flatMap((each) => (each instanceof Refusal ? [] : [each]))
  const ofDigest = Map.groupBy(found, ({ digest }) => digest)
  for (const [digest, asked] of ofDigest) {
    const taken = new Set(asked.flatMap(({ tag }) => tag ?? []))
    const rest = (await transaction.tagsOf(repository.id, digest)).filter((tag) => !taken.has(tag))
    const isWhole = asked.some(({ tag }) => tag === undefined)
    if (isWhole || (rest.length === 0 && asked.some(({ takesLastImage }) => takesLastImage))) images.add(digest)
    else for (const tag of taken) tags.add(tag)
  }
  return { images, tags }
}

async function planItems(work: PlanWork, wanted: WantedDeletion): Promise<PlanItem[]> {
  const { transaction, repository, nowMs } = work
  const neighbours = await readNeighbours(transaction, repository, wanted)
  const { actions, refused } = planDeletion(wanted, [...neighbours.values()], nowMs)
  const found = new Map(
    [...neighbours.values()].map((image) => [
      image.digest,
      { ...image, tags: image.tags.map(({ tag }) => tag).sort() },
    ]),
  )
  const going = actions.flatMap((action) => {
    const image = found.get(action.digest)
    const why = action.because === undefined ? WHY : `It refers to ${action.because.of}, which goes.`
    const tag = action.action === 'untag' ? { tag: action.tag } : {}
    const isAlong = action.because !== undefined
    return image === undefined
      ? []
      : [planItem(image, { action: action.action, why, rule: undefined, isAlong, ...tag })]
  })
  const staying = refused.flatMap(({ digest, tag }) => {
    const image = found.get(digest)
    const action = tag === undefined ? 'expire' : 'untag'
    return image === undefined ? [] : [planItem(image, { action, why: WHY, rule: undefined, ...(tag && { tag }) })]
  })
  return await weighItems(transaction, repository, [...going, ...staying])
}

/** What the planner refused is tried as well: it is refused with the sentence that says by whom, or what is locked. */
async function carryOut(work: PlanWork, planned: readonly PlanItem[]): Promise<PlanItem[]> {
  const known = { planned: new Set(planned.map(({ digest }) => digest)), stayed: new Set<Digest>() }
  const withItems = { ...work, ...known, room: { along: MOST_ALONG } }
  const items: PlanItem[] = []
  for (const each of planned) {
    const { item, along } = await carryOutItem(withItems, each)
    items.push(item, ...along)
  }
  return items
}

function resultOf(items: readonly PlanItem[], named: Named): Deleted {
  if (named instanceof Refusal) return named
  const { digest, tag } = named
  const item = items.find((each) => each.digest === digest && (each.tag === undefined || each.tag === tag))
  if (item === undefined) throw new Error(`the plan of a deletion does not have ${digest}`)
  if (item.failure !== undefined) return refusalOf(item)
  return { digest, tags: tag === undefined ? item.tags : [tag] }
}

function refusalOf({ digest, failure }: PlanItem): Refusal {
  const reason = failure?.reason ?? ''
  if (failure?.code === 'ImageReferencedByManifestList') {
    return new Refusal('manifest-in-use', reason, { digests: failure.digests ?? [] })
  }
  if (failure?.code === 'ImageLocked') return imageLocked(reason)
  return manifestUnknown({ kind: 'digest', digest })
}
