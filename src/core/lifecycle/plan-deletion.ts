import type { Digest } from '../digest.ts'
import type { Tag } from '../tag.ts'
import { accessorySubject } from '../tags/accessory-tag.ts'
import type { LifecycleImage } from './lifecycle-image.ts'
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
  const images = neighbours.map((image) => (standsAlone(wanted, image) ? { ...image, subject: undefined } : image))
  return planLifecycle(policyFor(wanted), images, nowMs)
}

/** What is asked for by itself, or has a name, is judged by itself and not with its subject. */
function standsAlone({ images }: WantedDeletion, { digest, subject, tags }: LifecycleImage): boolean {
  if (subject === undefined) return false
  return images.has(digest) ? !images.has(subject) : !tags.every(({ tag }) => accessorySubject(tag) !== undefined)
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
