import type { Tag } from '../../core/tag.ts'
import type { ManifestWithTags } from '../../ports/metadata/images.ts'
import type { PlanItem } from '../../ports/metadata/plans.ts'

/** What is to be done with an image, beside the state that it is judged by. */
type Decision = Pick<PlanItem, 'action' | 'why' | 'rule' | 'isAlong'> & {
  readonly tag?: Tag
  readonly freedBytes?: number
}

type Judged = Pick<
  ManifestWithTags,
  'digest' | 'tags' | 'mediaType' | 'pushedAtMs' | 'lastPulledAtMs' | 'storageClass' | 'archivedAtMs' | 'restoredAtMs'
>

/** An item that nothing has been done about; its position is given to it by the plan. */
export function planItem(image: Judged, { action, why, rule, isAlong, tag, freedBytes = 0 }: Decision): PlanItem {
  return {
    position: 0,
    action,
    digest: image.digest,
    tag,
    rule,
    why,
    ...(isAlong === true && { isAlong }),
    tags: image.tags,
    mediaType: image.mediaType,
    pushedAtMs: image.pushedAtMs,
    lastPulledAtMs: image.lastPulledAtMs,
    storageClass: image.storageClass,
    archivedAtMs: image.archivedAtMs,
    restoredAtMs: image.restoredAtMs,
    freedBytes,
    outcome: 'planned',
    failure: undefined,
  }
}
