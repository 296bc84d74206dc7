import type { Digest } from '../digest.ts'
import type { Tag } from '../tag.ts'

/** What a policy would do with a snapshot, in the order in which it has to be done: tags, then an index before what it holds. */
export interface LifecyclePlan {
  readonly actions: readonly PlannedAction[]
  /** What a rule hit, or would go with that, and cannot go: something holds it that stays, or somebody locked it. By digest. */
  readonly refused: readonly RefusedAction[]
}

export type PlannedAction =
  | (Cause & { readonly action: 'expire' | 'archive'; readonly digest: Digest })
  | (Cause & { readonly action: 'untag'; readonly digest: Digest; readonly tag: Tag })

interface Cause {
  /** The `priority` of the rule. */
  readonly rule: number
  /** The root that takes it along; undefined for what the rule hit itself. */
  readonly because: { readonly of: Digest; readonly as: 'child' | 'referrer' } | undefined
}

export interface RefusedAction {
  readonly digest: Digest
  readonly tag?: Tag
  readonly rule: number
  /**
   * ECR's `ImageReferencedByManifestList` (ecr.md 2.4), with the indexes that hold it and stay, and in units of images the
   * subject; or a lock on it, or on what would go with it.
   */
  readonly why:
    | { readonly code: 'held'; readonly by: readonly Digest[] }
    | { readonly code: 'locked'; readonly by: Digest }
}
