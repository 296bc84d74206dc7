import type { LifecyclePolicy, LifecycleRule } from './lifecycle-policy.ts'
import { ImageItems, TagItems } from './rule-items.ts'
import { standingsOf } from './rule-standing.ts'
import type { Snapshot } from './snapshot.ts'
import { Verdicts } from './verdicts.ts'

/** Which rule decided on each image that rules are asked about, and on each tag of theirs. */
export interface Decisions {
  readonly images: Verdicts
  readonly tags: Verdicts
  readonly tagItems: TagItems
}

/**
 * Applies the rules one after the other; each that has a window counts the whole snapshot, whatever was decided. Yields
 * between two of them.
 */
export function* decideImages({ rules }: LifecyclePolicy, snapshot: Snapshot): Generator<void, Decisions> {
  const imageItems = new ImageItems(
    snapshot,
    rules.map(({ selection }) => selection),
  )
  const tagItems = new TagItems(snapshot, imageItems, rules.some(isAboutTags))
  const images = new Verdicts(rules, imageItems.size)
  const tags = new Verdicts(rules, tagItems.size)
  for (const [place, rule] of rules.entries()) {
    yield
    if (isAboutTags(rule)) {
      const standing = standingsOf(tagItems, rule, snapshot.nowMs)
      tagItems.forEach((item) => {
        if (tags.isOpen(item) && !images.isKept(tagItems.placeOf(item))) tags.note(item, place, standing(item))
      })
    } else {
      const standing = standingsOf(imageItems, rule, snapshot.nowMs)
      imageItems.forEach((item) => {
        if (images.isOpen(item)) images.note(item, place, standing(item))
      })
    }
  }
  return { images, tags, tagItems }
}

function isAboutTags({ action }: LifecycleRule): boolean {
  return action === 'untag'
}
