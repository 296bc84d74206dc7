import type { Digest } from '../../core/digest.ts'
import type { Tag } from '../../core/tag.ts'
import type { Manifest } from '../../ports/metadata/manifests.ts'
import { eventPlace } from '../event-place.ts'
import type { PlanWork } from './plan-work.ts'

/** The rest of an image's tags are in their history, which has when they ended. */
const TAGS_NAMED = 100

export async function recordDeleted(work: PlanWork, digest: Digest, tags: readonly Tag[]): Promise<void> {
  const detail = { digest, tags: tags.slice(0, TAGS_NAMED), tagCount: tags.length, ...sourceOf(work) }
  await work.transaction.recordEvent({ kind: 'manifest-deleted', ...placeOf(work), detail })
}

export async function recordUntagged(work: PlanWork, digest: Digest, tag: Tag): Promise<void> {
  await work.transaction.recordEvent({
    kind: 'tag-deleted',
    ...placeOf(work),
    detail: { tag, digest, ...sourceOf(work) },
  })
}

export async function recordArchived(work: PlanWork, manifest: Manifest): Promise<void> {
  const detail = { ...factsOf(manifest), ...sourceOf(work) }
  await work.transaction.recordEvent({ kind: 'image-archived', ...placeOf(work), detail })
}

export async function recordRestored(work: PlanWork, manifest: Manifest): Promise<void> {
  const detail = { ...factsOf(manifest), lastActivatedAtMs: work.nowMs, ...sourceOf(work) }
  await work.transaction.recordEvent({ kind: 'image-restored', ...placeOf(work), detail })
}

function factsOf({ digest, mediaType, artifactType }: Manifest) {
  return { digest, mediaType, artifactType }
}

export function placeOf({ repository, actor, nowMs }: PlanWork) {
  return { atMs: nowMs, ...eventPlace(repository), principal: actor?.principal }
}

export function sourceOf({ actor, plan }: PlanWork) {
  return { planId: plan.id, ...(actor !== undefined && { requestId: actor.requestId }) }
}
