import type { Digest } from '../../core/digest.ts'
import { matchesGlob } from '../../core/glob.ts'
import type { Tag } from '../../core/tag.ts'
import type { PlanFailure, PlanItem } from '../../ports/metadata/plans.ts'
import { chargeManifest } from '../settings/charge.ts'
import { whyNotArchived } from './carry-out-item.ts'
import { placeOf, recordArchived, recordRestored, sourceOf } from './plan-events.ts'
import type { PlanWork } from './plan-work.ts'

const GONE: PlanFailure = { code: 'ImageNotFound', reason: 'The image was deleted anew, or its window has ended.' }

/** Of what is not brought back at all. */
const STAYS_DONE: ReadonlySet<string> = new Set([
  GONE.code,
  'ImageIncomplete',
  'ImageLocked',
  'ImageReferencedByManifestList',
])
/** How many of an index's children a failure names. */
const CHILDREN_NAMED = 10

/**
 * Brings back what one item did away with.
 *
 * @returns the item as it is now: `undone`, with a failure where something could not be put back as it was; or still `done`
 *   when what it took is gone for good, or cannot come back as things are
 */
export async function undoItem(work: PlanWork, item: PlanItem): Promise<PlanItem> {
  const failure = await putBack(work, item)
  return failure !== undefined && STAYS_DONE.has(failure.code)
    ? { ...item, failure }
    : { ...item, outcome: 'undone', failure }
}

async function putBack(work: PlanWork, item: PlanItem): Promise<PlanFailure | undefined> {
  switch (item.action) {
    case 'expire':
      return await putBackImage(work, item)
    case 'untag':
      return await putBackTags(work, item)
    case 'archive':
    case 'restore':
      return await putBackClass(work, item)
  }
}

async function putBackImage(work: PlanWork, item: PlanItem): Promise<PlanFailure | undefined> {
  const { transaction, repository, plan } = work
  const lack = await whatLacks(work, item)
  if (lack !== undefined) return lack
  const result = await transaction.restoreManifest(repository.id, item.digest, plan.id)
  if (result === 'gone') return GONE
  if (result === 'restored') {
    // Blobs that were deleted after it, and that it has held since.
    await transaction.unhideBlobs(repository.id, item.digest)
    await charge(work, item)
    const detail = { digest: item.digest, tags: item.tags, ...sourceOf(work) }
    await transaction.recordEvent({ kind: 'image-undeleted', ...placeOf(work), detail })
  }
  return await putBackTags(work, item)
}

/** An index without its children could not be pulled. Sparse ones may never have had them. */
async function whatLacks({ services, transaction, repository }: PlanWork, { digest, storageClass }: PlanItem) {
  if (services.limits.sparseRepositories.some((glob) => matchesGlob(glob, repository.name))) return undefined
  const children = await transaction.childrenOf(repository.id, digest)
  const there = await transaction.existingManifests(repository.id, children)
  const canBePulled = (child: Digest) => {
    const found = there.get(child)?.storageClass
    return found === 'standard' || found === storageClass
  }
  const lacking = children.filter((child) => !canBePulled(child))
  if (lacking.length === 0) return undefined
  const named = lacking.slice(0, CHILDREN_NAMED).join(', ')
  const reason = `It holds what was deleted or archived since: ${named}. Bring that back first, then undo this again.`
  return { code: 'ImageIncomplete', reason, digests: lacking.slice(0, CHILDREN_NAMED) }
}

/** What comes back counts above a quota too. */
async function charge({ transaction, repository, settings }: PlanWork, { digest }: PlanItem): Promise<void> {
  const manifest = await transaction.findManifest(repository.id, digest)
  if (manifest === undefined) throw new Error(`${digest} was brought back and is not there`)
  await chargeManifest(transaction, repository, manifest, { quotas: settings.quota, charging: 'above quotas' })
}

/** As new periods, so that the tag's memory says that it was away; since when it had been set stays as it was. */
async function putBackTags(work: PlanWork, item: PlanItem): Promise<PlanFailure | undefined> {
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

async function putBackClass(work: PlanWork, item: PlanItem): Promise<PlanFailure | undefined> {
  const { transaction, repository } = work
  const manifest = await transaction.findManifest(repository.id, item.digest)
  if (manifest === undefined) return GONE
  if (manifest.storageClass === item.storageClass) {
    return { code: 'ImageChanged', reason: 'Its storage class was changed meanwhile, and stays as it is.' }
  }
  const { storageClass, archivedAtMs, restoredAtMs } = item
  const refused = storageClass === 'archive' ? await whyNotArchived(work, item.digest) : undefined
  if (refused !== undefined) return refused
  await transaction.setStorageClass(repository.id, item.digest, { storageClass, archivedAtMs, restoredAtMs })
  if (storageClass === 'archive') await recordArchived(work, manifest)
  else await recordRestored(work, manifest)
  return undefined
}
