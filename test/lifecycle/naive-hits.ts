import type { ImageTag, LifecycleImage } from '../../src/core/lifecycle/lifecycle-image.ts'
import type { Clock, LifecyclePolicy, LifecycleRule, Order } from '../../src/core/lifecycle/lifecycle-policy.ts'
import { compareSemver, parseSemver } from '../../src/core/semver.ts'

/** An image, or for rules about tags one of its tags. */
export interface Subject {
  readonly image: LifecycleImage
  readonly tag: ImageTag | undefined
}

export interface RuleHits {
  readonly rule: LifecycleRule
  readonly selected: readonly Subject[]
  readonly hit: readonly Subject[]
}

/**
 * What each rule selects and hits by itself, of images that stand alone: no indexes, no referrers, so that both units
 * are the same. Written from the comments of lifecycle-policy.ts alone, and as simple as can be.
 */
export function naiveHits(policy: LifecyclePolicy, images: readonly LifecycleImage[], nowMs: number): RuleHits[] {
  return policy.rules.map((rule) => {
    const selected = images.filter((image) => isSelected(rule, image)).flatMap((image) => subjectsOf(rule, image))
    const hit = hitsOf(rule, selected, nowMs).filter(({ image }) => canBeHit(rule, image))
    return { rule, selected, hit }
  })
}

function isSelected({ selection }: LifecycleRule, image: LifecycleImage): boolean {
  const { storageClass, isTagged, tags } = selection
  return (
    (storageClass === undefined || storageClass === image.storageClass) &&
    (isTagged === undefined || isTagged === image.tags.length > 0) &&
    (tags === undefined || tags.fits(image.tags)) &&
    (selection.image === undefined || selection.image(image))
  )
}

/** What is archived already is counted, and not hit. */
function canBeHit({ action }: LifecycleRule, { storageClass }: LifecycleImage): boolean {
  return action !== 'archive' || storageClass === 'standard'
}

function subjectsOf({ action, selection }: LifecycleRule, image: LifecycleImage): Subject[] {
  if (action !== 'untag') return [{ image, tag: undefined }]
  const tags = image.tags.filter(({ tag }) => selection.tag === undefined || selection.tag(tag))
  return tags.map((tag) => ({ image, tag }))
}

function hitsOf({ condition }: LifecycleRule, selected: readonly Subject[], nowMs: number): readonly Subject[] {
  if (condition === undefined) return selected
  if ('since' in condition) {
    return selected.filter((subject) => {
      const sinceMs = clockMs(subject, condition.since)
      return sinceMs !== undefined && nowMs - sinceMs > condition.ageMs === (condition.type === 'older-than')
    })
  }
  const line = selected
    .filter((subject) => isCounted(subject, condition.order))
    .toSorted((a, b) => compareSubjects(a, b, condition.order))
  return condition.type === 'within' ? line.slice(0, condition.count) : line.slice(condition.count)
}

function isCounted(subject: Subject, order: Order): boolean {
  return order === 'semver' ? versionsOf(subject).length > 0 : clockMs(subject, order) !== undefined
}

/** The youngest, or the highest, first. */
function compareSubjects(a: Subject, b: Subject, order: Order): number {
  const byOrder = order === 'semver' ? compareVersions(a, b) : (clockMs(b, order) ?? 0) - (clockMs(a, order) ?? 0)
  const name = ({ image, tag }: Subject) => `${image.digest} ${tag?.tag}`
  return byOrder || (name(a) < name(b) ? -1 : 1)
}

function compareVersions(a: Subject, b: Subject): number {
  const [first] = versionsOf(a)
  const [second] = versionsOf(b)
  return first === undefined || second === undefined ? 0 : compareSemver(second, first)
}

function versionsOf({ image, tag }: Subject) {
  return (tag === undefined ? image.tags : [tag])
    .flatMap((each) => parseSemver(each.tag) ?? [])
    .toSorted((a, b) => compareSemver(b, a))
}

function clockMs({ image, tag }: Subject, clock: Clock): number | undefined {
  const pushed = Math.max(image.pushedAtMs, image.restoredAtMs ?? 0)
  switch (clock) {
    case 'pushed':
      return pushed
    case 'pulled':
      return Math.max(pushed, image.lastPulledAtMs ?? 0)
    case 'archived':
      return image.archivedAtMs
    case 'untagged':
      return image.tags.length > 0 ? undefined : (image.untaggedAtMs ?? pushed)
    case 'tagged':
      if (tag !== undefined) return tag.setAtMs
      return image.tags.length === 0 ? undefined : Math.max(...image.tags.map(({ setAtMs }) => setAtMs))
  }
}
