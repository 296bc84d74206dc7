import { type Digest, isDigest } from '../../core/digest.ts'
import { heldBy } from '../../core/lifecycle/held-by.ts'
import { accessorySubject } from '../../core/tags/accessory-tag.ts'
import type { Manifest } from '../../ports/metadata/manifests.ts'
import type { PlanFailure, PlanItem } from '../../ports/metadata/plans.ts'
import { lockNotes } from '../locks/refuse-locked.ts'
import { refundManifest } from '../settings/charge.ts'
import { restoreWindowMs } from '../settings/settings-in-force.ts'
import { recordArchived, recordDeleted, recordRestored, recordUntagged } from './plan-events.ts'
import { planItem } from './plan-item.ts'
import type { PlanWork } from './plan-work.ts'

/** How many of the indexes that hold a manifest a failure names. */
const HOLDERS_NAMED = 10
/** Referrers that came after the plan was made go along in its transaction; more than these are left for the next run. */
export const MOST_ALONG = 200

/** What became of an item, and what went along with it that the plan did not know of. */
export interface CarriedOut {
  readonly item: PlanItem
  /** Without positions of their own yet. */
  readonly along: readonly PlanItem[]
}

/**
 * Does what one item says, if the image is still what it was when the plan was made. Nothing else of the transaction is
 * touched when it is not.
 */
export async function carryOutItem(work: PlanWork, item: PlanItem): Promise<CarriedOut> {
  const done = await carryOutAlone(work, item)
  const takesReferrers = done.action === 'expire' && done.outcome === 'done'
  return { item: done, along: takesReferrers ? await takeReferrers(work, item) : [] }
}

async function carryOutAlone(work: PlanWork, item: PlanItem): Promise<PlanItem> {
  const { transaction, repository } = work
  const manifest = await transaction.findManifest(repository.id, item.digest)
  const failure = manifest === undefined ? GONE : await whyNot(work, item, manifest)
  if (failure !== undefined || manifest === undefined) {
    if (takesImage(item)) work.stayed?.add(item.digest)
    return { ...item, outcome: 'failed', failure: failure ?? GONE }
  }
  await act(work, item, manifest)
  return { ...item, outcome: 'done', failure: undefined }
}

const GONE: PlanFailure = { code: 'ImageNotFound', reason: 'The image is not there any more.' }

async function whyNot(work: PlanWork, item: PlanItem, manifest: Manifest): Promise<PlanFailure | undefined> {
  const { transaction, repository } = work
  const tags = await transaction.tagsOf(repository.id, item.digest)
  if (item.action === 'untag') {
    if (!tags.some((tag) => tag === item.tag)) return changed(`The tag ${item.tag} does not point at it any more.`)
  } else if (!sameTags(tags, item.tags)) {
    return changed('Its tags have changed since the plan was made.')
  }
  if (manifest.storageClass !== item.storageClass)
    return changed('It was archived or restored since the plan was made.')
  // A tag is taken off an image that is locked, as long as the tag is not.
  const names = item.tag === undefined ? [item.digest, ...tags] : [item.tag]
  const locked = item.action === 'restore' ? undefined : await lockNotes(work, names)
  if (locked !== undefined) return { code: 'ImageLocked', reason: locked }
  if (!takesImage(item)) return undefined
  return (await whoHolds(work, item)) ?? (item.isAlong === true ? await whoStays(work, item, manifest) : undefined)
}

function takesImage({ action }: PlanItem): boolean {
  return action === 'expire' || action === 'archive'
}

function changed(reason: string): PlanFailure {
  return { code: 'ImageChanged', reason }
}

function sameTags(tags: readonly string[], planned: readonly string[]): boolean {
  return tags.length === planned.length && [...planned].sort().every((tag, index) => tags[index] === tag)
}

/** Why an image cannot be archived as things are; undefined when it can be. */
export async function whyNotArchived(work: PlanWork, digest: Digest): Promise<PlanFailure | undefined> {
  const { transaction, repository } = work
  const reason = await lockNotes(work, [digest, ...(await transaction.tagsOf(repository.id, digest))])
  return reason === undefined ? await whoHolds(work, { action: 'archive', digest }) : { code: 'ImageLocked', reason }
}

/** An archived index holds nobody from being archived. */
async function whoHolds(
  { transaction, repository }: PlanWork,
  { action, digest }: Pick<PlanItem, 'action' | 'digest'>,
): Promise<PlanFailure | undefined> {
  const parents = await transaction.parentsOf(repository.id, digest, HOLDERS_NAMED)
  const holders = action === 'archive' ? await standardOnes(transaction, repository.id, parents) : parents
  return holders.length === 0 ? undefined : heldBy(holders)
}

/** What goes because something goes that it is about does not, once that has stayed: somebody has just tagged it, say. */
async function whoStays(
  { transaction, plan, stayed }: PlanWork,
  { position, tags }: PlanItem,
  { subject }: Manifest,
): Promise<PlanFailure | undefined> {
  const subjects = [subject, ...tags.map(accessorySubject)].filter((each) => each !== undefined && isDigest(each))
  if (subjects.length === 0) return undefined
  const before = (await transaction.findPlanItems(plan.id, subjects)).filter((item) => item.position < position)
  const failed = new Set(
    before.filter((item) => takesImage(item) && item.outcome === 'failed').map(({ digest }) => digest),
  )
  const staying = subjects.find((digest) => stayed?.has(digest) === true || failed.has(digest))
  return staying === undefined ? undefined : changed(`${staying}, which it refers to, stays.`)
}

async function standardOnes(
  transaction: PlanWork['transaction'],
  repositoryId: number,
  digests: readonly Digest[],
): Promise<Digest[]> {
  const found = await transaction.existingManifests(repositoryId, digests)
  return digests.filter((digest) => found.get(digest)?.storageClass === 'standard')
}

async function act(work: PlanWork, item: PlanItem, manifest: Manifest): Promise<void> {
  const { transaction, repository, nowMs } = work
  switch (item.action) {
    case 'untag':
      return await untag(work, item)
    case 'archive':
      await transaction.setStorageClass(repository.id, item.digest, {
        storageClass: 'archive',
        archivedAtMs: nowMs,
        restoredAtMs: manifest.restoredAtMs,
      })
      return await recordArchived(work, manifest)
    case 'restore':
      await transaction.setStorageClass(repository.id, item.digest, {
        storageClass: 'standard',
        archivedAtMs: manifest.archivedAtMs,
        restoredAtMs: nowMs,
      })
      return await recordRestored(work, manifest)
    case 'expire':
      return await expire(work, item, manifest)
  }
}

async function untag(work: PlanWork, item: PlanItem): Promise<void> {
  if (item.tag === undefined) throw new Error(`an item of the plan ${work.plan.id} takes off no tag`)
  await work.transaction.deleteTag(work.repository.id, item.tag, tagChange(work, 'untag'))
  await recordUntagged(work, item.digest, item.tag)
}

async function expire(work: PlanWork, item: PlanItem, manifest: Manifest): Promise<void> {
  const { transaction, repository, services, nowMs, settings } = work
  const purgeDueAtMs = nowMs + restoreWindowMs(settings, services.limits.restoreWindowMs)
  const tags = await transaction.deleteManifest(repository.id, item.digest, {
    ...tagChange(work, 'deletion'),
    purgeDueAtMs,
  })
  await recordDeleted(work, item.digest, tags)
  await refundManifest(transaction, repository, manifest, settings.quota)
}

function tagChange({ nowMs, actor, plan }: PlanWork, cause: 'untag' | 'deletion') {
  return { atMs: nowMs, by: actor?.principal, cause, planId: plan.id }
}

/**
 * Referrers go with their subject (ecr.md 2.4), and theirs with them. Those that the plan knows of have items of their
 * own; the others came since it was made. One that somebody has tagged by a name of its own, holds in an index, or has
 * locked, stays.
 */
async function takeReferrers(work: PlanWork, item: PlanItem): Promise<PlanItem[]> {
  const room = work.room ?? { along: MOST_ALONG }
  const gone = [item]
  // It grows on the way: whoever may push makes referrers of referrers, as deep as they like.
  for (const subject of gone) {
    if (room.along === 0) break
    for (const referrer of await unknownReferrers(work, subject.digest, room.along)) {
      const taken = await takeReferrer(work, { rule: item.rule, subject: subject.digest }, referrer)
      if (taken === undefined) continue
      gone.push(taken)
      room.along -= 1
    }
  }
  return gone.slice(1)
}

async function unknownReferrers(
  { transaction, repository, plan, planned }: PlanWork,
  subject: Digest,
  limit: number,
): Promise<Manifest[]> {
  const referrers = await transaction.listReferrers(repository.id, { subject, artifactTypes: [] }, { limit })
  const known = new Set<Digest>(planned)
  if (referrers.length > 0 && planned === undefined) {
    const digests = referrers.map(({ digest }) => digest)
    for (const { digest } of await transaction.findPlanItems(plan.id, digests)) known.add(digest)
  }
  return referrers.filter(({ digest }) => !known.has(digest))
}

async function takeReferrer(
  work: PlanWork,
  { rule, subject }: { readonly rule: number | undefined; readonly subject: Digest },
  referrer: Manifest,
): Promise<PlanItem | undefined> {
  const tags = await work.transaction.tagsOf(work.repository.id, referrer.digest)
  if (!tags.every((tag) => accessorySubject(tag) !== undefined)) return undefined
  const why = `It refers to ${subject}, which goes.`
  const item = planItem({ ...referrer, tags }, { action: 'expire', why, rule })
  const done = await carryOutAlone(work, item)
  return done.outcome === 'done' ? done : undefined
}
