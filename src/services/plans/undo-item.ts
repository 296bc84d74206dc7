import type { Tag } from '../../core/tag.ts'
import type { PlanFailure, PlanItem } from '../../ports/metadata/plans.ts'
import { chargeManifest } from '../settings/charge.ts'
import { placeOf, sourceOf } from './plan-events.ts'
import type { PlanWork } from './plan-work.ts'

const GONE: PlanFailure = { code: 'ImageNotFound', reason: 'The image was deleted anew, or its window has ended.' }

/**
 * Brings back what one item did away with.
 *
 * @returns the item as it is now: `undone`, with a failure where something could not be put back as it was; or still `done`
 *   when what it took is gone for good
 */
export async function undoItem(work: PlanWork, item: PlanItem): Promise<PlanItem> {
  const failure = await putBack(work, item)
  return failure === GONE ? { ...item, failure } : { ...item, outcome: 'undone', failure }
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
  const result = await transaction.restoreManifest(repository.id, item.digest, plan.id)
  if (result === 'gone') return GONE
  if (result === 'restored') {
    await charge(work, item)
    const detail = { digest: item.digest, tags: item.tags, ...sourceOf(work) }
    await transaction.recordEvent({ kind: 'image-undeleted', ...placeOf(work), detail })
  }
  return await putBackTags(work, item)
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
  await transaction.setStorageClass(repository.id, item.digest, { storageClass, archivedAtMs, restoredAtMs })
  return undefined
}
