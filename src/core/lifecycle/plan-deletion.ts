import type { Digest } from '../digest.ts'
import type { Tag } from '../tag.ts'
import { accessorySubject } from '../tags/accessory-tag.ts'
import { hasLock, type LifecycleImage } from './lifecycle-image.ts'
import type { LifecyclePlan } from './lifecycle-plan.ts'
import type { LifecyclePolicy, LifecycleRule } from './lifecycle-policy.ts'
import { planLifecycle } from './plan-lifecycle.ts'

/** What somebody asks to be deleted. */
export interface WantedDeletion {
  readonly images: ReadonlySet<Digest>
  /** Of images that stay. */
  readonly tags: ReadonlySet<Tag>
}

/**
 * What deleting these comes to: the same planner as for policies, given a policy that names them. An index goes before what
 * it holds, and what another index holds does not go; referrers go with their subject, but for those that somebody has
 * given a name of their own.
 *
 * @param neighbours what is wanted, whoever holds any of it, and whatever refers to it, in any order
 */
export function planDeletion(
  wanted: WantedDeletion,
  neighbours: readonly LifecycleImage[],
  nowMs: number,
): LifecyclePlan {
  const images = neighbours.map((image) => bySelf(wanted, image))
  return planLifecycle(policyFor(wanted), images, nowMs)
}

/**
 * What is asked for goes for that reason, also where what it refers to has to stay; what somebody has given a name of its
 * own does not go with its subject.
 */
function bySelf({ images }: WantedDeletion, image: LifecycleImage): LifecycleImage {
  if (images.has(image.digest)) return { ...image, subject: undefined, tags: [], isLocked: hasLock(image) }
  const isNamed = image.tags.some(({ tag }) => accessorySubject(tag) === undefined)
  return isNamed ? { ...image, subject: undefined } : image
}

const RULE = { description: undefined, condition: undefined, rest: 'next' } as const
const EVERY = { storageClass: undefined, isTagged: undefined, tags: undefined, tag: undefined, image: undefined }

function policyFor({ images, tags }: WantedDeletion): LifecyclePolicy {
  const ofImages: LifecycleRule = {
    ...RULE,
    priority: 1,
    name: 'images that were asked for',
    selection: { ...EVERY, image: ({ digest }) => images.has(digest) },
    action: 'expire',
  }
  const ofTags: LifecycleRule = {
    ...RULE,
    priority: 2,
    name: 'tags that were asked for',
    // The set holds nothing but tags, so that any other text is simply not in it.
    selection: { ...EVERY, tag: (tag) => tags.has(tag as Tag) },
    action: 'untag',
  }
  return { unit: 'manifest', rules: [ofImages, ofTags] }
}
