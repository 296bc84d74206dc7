import type { TagKind } from '../../tags/tag-kind.ts'
import type { StorageClass } from '../lifecycle-image.ts'

/**
 * A lifecycle policy in our own format, as its JSON has it (docs/lifecycle.md, docs/schemas/lifecycle-policy-v1.json):
 * `JSON.stringify` gives a text that parses to the same. What is left out has its default where it is compiled.
 */
export interface LadingPolicy {
  readonly $schema?: string
  readonly version: 'lading/lifecycle/v1'
  readonly description?: string
  /** Default `image`. */
  readonly unit?: 'image' | 'manifest'
  /** 1 to 200, in the order in which they are applied. */
  readonly rules: readonly LadingRule[]
}

export interface LadingRule {
  /** Unique among the rules; default `rule-` and the priority. */
  readonly name?: string
  readonly description?: string
  /** What plans call the rule by: ascending, and of all rules or none; default 1, 2, … */
  readonly priority?: number
  readonly select: LadingSelection
  readonly when?: LadingCondition
  readonly action: LadingAction
  /** Which tags an `untag` rule is about, default all; for no other action. */
  readonly tag?: TagExpression
  /** Default `next`. */
  readonly rest?: 'next' | 'keep'
}

export type LadingAction = 'expire' | 'archive' | 'untag' | 'keep'

/** All members must fit. */
export interface LadingSelection {
  readonly tags?: ImageTagExpression
  readonly tagged?: boolean
  /** Default both. */
  readonly storageClass?: StorageClass
  /** Globs, of which one fits. */
  readonly mediaTypes?: readonly string[]
  /** As `mediaTypes`; an image without an artifact type fits none. */
  readonly artifactTypes?: readonly string[]
  /** A glob for each annotation that has to be there. */
  readonly annotations?: Readonly<Record<string, string>>
}

export type LadingCondition =
  | { readonly olderThan: LadingAge }
  | { readonly newerThan: LadingAge }
  | { readonly beyond: LadingWindow }
  | { readonly within: LadingWindow }

export type LadingAge =
  | { readonly days: number; readonly since: LadingClock }
  | { readonly hours: number; readonly since: LadingClock }

export interface LadingWindow {
  readonly count: number
  readonly by: LadingOrder
}

export type LadingClock = 'pushed' | 'pulled' | 'tagged' | 'untagged' | 'archived'
export type LadingOrder = 'pushed' | 'pulled' | 'tagged' | 'untagged' | 'semver'

/** Whether one tag fits, whatever the expressions within it are about: the same for a tag and an image. */
export type TagAtom =
  /** A glob: `*` stands for any run of characters, the empty one included, and all of the tag has to fit. */
  | string
  | { readonly glob: string }
  /** As the glob with a `*` after it, which is what ECR says of its `tagPrefixList` (ecr.md 2.3). */
  | { readonly prefix: string }
  /** RE2's syntax without Unicode classes; all of the tag has to fit. */
  | { readonly regex: string }
  /** `true`, or a range such as `>=1.2.0 <2.0.0`: all of its comparisons hold, by precedence alone. */
  | { readonly semver: true | string }
  | { readonly kind: TagKind }

/** About one tag. */
export type TagExpression =
  | TagAtom
  | { readonly any: readonly TagExpression[] }
  | { readonly all: readonly TagExpression[] }
  | { readonly not: TagExpression }

/**
 * About the tags of an image. An atom fits when at least one tag does, as `some` of it; `not` negates that, so that it
 * fits images without tags. `every` fits when there are tags, and all of them do.
 */
export type ImageTagExpression =
  | TagAtom
  | { readonly any: readonly ImageTagExpression[] }
  | { readonly all: readonly ImageTagExpression[] }
  | { readonly not: ImageTagExpression }
  | { readonly every: TagExpression }
  | { readonly some: TagExpression }
