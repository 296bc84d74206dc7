import type { Digest } from '../digest.ts'
import type { Tag } from '../tag.ts'
import type { Fate } from './fates.ts'
import type { RefusedAction } from './lifecycle-plan.ts'
import type { Sight } from './rule-sight.ts'

/** What a policy makes of one manifest, and why, for `lading lifecycle explain`. */
export interface ImageExplanation {
  readonly digest: Digest
  /** `archived-before`: it was to be archived, and is. */
  readonly outcome: Fate
  /** What goes by a rule and takes it along; undefined when it goes by itself, or stays. */
  readonly takenBy: Digest | undefined
  /** What has it in its unit, of roots that stay; none when it is one itself, and is asked about by itself. */
  readonly keptBy: readonly Digest[]
  /**
   * The rule that decides on it, or on what takes it along, and what that rule sees. When none decides, the next that
   * will, for as long as nothing else changes; undefined when there is none.
   */
  readonly sight: Sight | undefined
  /** Why it stays although a rule hit it. */
  readonly refused: RefusedAction['why'] | undefined
  /** Which of its tags come off, by which rule. */
  readonly untags: readonly { readonly tag: Tag; readonly rule: string }[]
  /** What else goes with it, by digest. */
  readonly takesAlong: readonly Digest[]
  /** All of this, in one English sentence. */
  readonly sentence: string
}
