import { compareTexts } from './compare-texts.ts'
import type { Decisions } from './decide-images.ts'
import { sortByDigest } from './digest-order.ts'
import type { Fates } from './fates.ts'
import type { PlannedAction, RefusedAction } from './lifecycle-plan.ts'
import type { Snapshot } from './snapshot.ts'

export interface TagOutcome {
  /** By the digest of the image, then by tag. */
  readonly actions: readonly PlannedAction[]
  readonly refused: readonly RefusedAction[]
}

/** What rules take off. An image that goes takes its tags along; a locked one keeps them, as a locked tag stays on. */
export function takeTags(snapshot: Snapshot, { tags, tagItems }: Decisions, fates: Fates): TagOutcome {
  const byImage = new Map<number, PlannedAction[]>()
  const refused: RefusedAction[] = []
  tagItems.forEach((item) => {
    const place = tagItems.placeOf(item)
    if (!tags.isHit(item) || fates.of(place) === 'expires') return
    const { digest, isLocked } = snapshot.at(place)
    const { tag, isLocked: isTagLocked } = tagItems.tagOf(item)
    const rule = tags.ruleOf(item)?.priority ?? 0
    if (isLocked === true || isTagLocked === true) {
      refused.push({ digest, tag, rule, why: { code: 'locked', by: digest } })
      return
    }
    const actions = byImage.get(place)
    const action: PlannedAction = { action: 'untag', digest, tag, rule, because: undefined }
    if (actions === undefined) byImage.set(place, [action])
    else actions.push(action)
  })
  const ordered = sortByDigest(snapshot.images, [...byImage.keys()])
  return { actions: ordered.flatMap((place) => byImage.get(place)?.sort(byTag) ?? []), refused }
}

function byTag(a: PlannedAction, b: PlannedAction): number {
  return a.action === 'untag' && b.action === 'untag' ? compareTexts(a.tag, b.tag) : 0
}
