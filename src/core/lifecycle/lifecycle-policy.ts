import type { LifecycleImage, StorageClass } from './lifecycle-image.ts'

/**
 * A policy of either format, compiled (docs/adr/0005). Rules come in the order in which they are applied.
 *
 * The first rule whose selection and condition both fit an image (a tag, for rules about tags) decides on it; an image
 * that no rule decides on stays.
 */
export interface LifecyclePolicy {
  /**
   * `manifest`: every manifest is selected and counted by itself, as ECR does. `image`: a root with its children and
   * referrers is one.
   */
  readonly unit: 'manifest' | 'image'
  readonly rules: readonly LifecycleRule[]
}

export interface LifecycleRule {
  /** ECR's `rulePriority`; 1, 2, … in our own format. */
  readonly priority: number
  /** What a plan calls it: `rule 1`, or the name that our own format gives it. */
  readonly name: string
  readonly description: string | undefined
  readonly selection: Selection
  /** Undefined: whatever is selected is hit. */
  readonly condition: Condition | undefined
  /**
   * `untag` decides on tags, one by one, and takes those off that it hits; the others decide on images. `archive` hits
   * what is standard: what is in the archive already is counted by its window, and left to later rules.
   */
  readonly action: 'expire' | 'archive' | 'untag' | 'keep'
  /** `keep`: what is selected and not hit stays, and later rules do not decide on it. `next`: they do. */
  readonly rest: 'next' | 'keep'
}

/** All of it must fit. For a unit of several manifests, the root is asked. */
export interface Selection {
  /** Undefined: standard and archived images alike. */
  readonly storageClass: StorageClass | undefined
  readonly isTagged: boolean | undefined
  /** Undefined: whatever its tags are. Untagged images fit only when the matcher says so of an empty list. */
  readonly tags: ImageTagsMatcher | undefined
  /** Of a rule about tags, which tags it is about; undefined for all of the image's. */
  readonly tag: TagMatcher | undefined
  /** What else must fit: media and artifact types, annotations. Undefined: anything does. */
  readonly image: ((image: LifecycleImage) => boolean) | undefined
}

/** Time and memory linear in the tags' length, whatever the pattern. */
export type TagMatcher = (tag: string) => boolean
export interface ImageTagsMatcher {
  fits(tags: ImageTags): boolean
  /** The same, with a step for each tag that is looked at: an image has up to a thousand. */
  inSteps(tags: ImageTags): Generator<void, boolean>
}
export type ImageTags = readonly { readonly tag: string }[]

export type Condition = AgeCondition | WindowCondition

/** `older-than`: strictly longer ago than that. `newer-than`: not so. Neither hits that for which the clock does not run. */
export interface AgeCondition {
  readonly type: 'older-than' | 'newer-than'
  readonly ageMs: number
  readonly since: Clock
}

/**
 * `within`: the first `count` of what is selected in the whole snapshot, by the order given; ties by digest, and for tags
 * by name. `beyond`: the others that are counted.
 */
export interface WindowCondition {
  readonly type: 'beyond' | 'within'
  readonly count: number
  readonly order: Order
}

/**
 * What an age is counted from, at the latest of those that apply:
 * - `pushed`: the push, or the last restore from the archive;
 * - `pulled`: the last pull of any manifest of the unit; where that is not known or was before the last restore, as `pushed`;
 * - `archived`: when it was archived; what never was is never hit;
 * - `untagged`: when its last tag was taken off, or the last restore; what never had one, as `pushed`; what has a tag is
 *   never hit;
 * - `tagged`: for rules about tags, when the tag was set here; for images, when the youngest of its tags was; what has none
 *   is never hit.
 */
export type Clock = 'pushed' | 'pulled' | 'archived' | 'untagged' | 'tagged'

/**
 * The youngest first by a clock, or the highest version first by SemVer precedence (semver.org 2.0.0, item 11; a leading
 * `v` is passed over). An image has the highest version of its tags. What has no version, or for which the clock does not
 * run, is not counted by the window and never hit by it.
 */
export type Order = Exclude<Clock, 'archived'> | 'semver'
