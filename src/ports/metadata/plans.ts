import type { Digest } from '../../core/digest.ts'
import type { StorageClass } from '../../core/lifecycle/lifecycle-image.ts'
import type { Tag } from '../../core/tag.ts'
import type { Page } from './page.ts'

export type PlanKind = 'preview' | 'lifecycle' | 'deletion' | 'repository-deletion' | 'storage-class'

/**
 * `making`: its items are still being written. `ready`: may be applied. `waiting`: takes so much that a person has to
 * confirm it. `stopped`: the world had moved, or another plan took its place; nothing of it was done. `failed`: it could
 * not be made. `undoing`: what it did is being brought back.
 */
export type PlanState =
  | 'making'
  | 'ready'
  | 'waiting'
  | 'applying'
  | 'applied'
  | 'stopped'
  | 'failed'
  | 'undoing'
  | 'undone'

/** What a deletion or a policy would do, or did (ADR 5). Times are Unix times in milliseconds. */
export interface Plan {
  readonly id: string
  readonly registryId: number
  readonly repositoryId: number
  readonly repositoryName: string
  readonly kind: PlanKind
  readonly state: PlanState
  readonly createdAtMs: number
  /** The ARN of who asked for it; undefined for the server's own runs. */
  readonly createdBy: string | undefined
  /** The policy that made it, as it was put. */
  readonly policyText: string | undefined
  /** How many images the repository had. */
  readonly imageCount: number
  readonly summary: PlanSummary
  /** Who had it applied; undefined until then, and for the server's own runs. */
  readonly appliedBy: { readonly principal: string; readonly requestId: string } | undefined
  /** When its last item was dealt with. */
  readonly appliedAtMs: number | undefined
  /** Until then it can be undone: its window begins with its first items. */
  readonly undoUntilMs: number | undefined
  /** Who has it undone, or did. */
  readonly undoneBy: { readonly principal: string; readonly requestId: string } | undefined
  readonly undoneAtMs: number | undefined
  /** Why it stopped, failed or waits, as a sentence. */
  readonly note: string | undefined
}

export interface PlanSummary {
  readonly expire: number
  readonly archive: number
  readonly untag: number
  /** What rules hit and could not have. */
  readonly refused: number
  /** Bytes that nothing in the installation would hold any more. */
  readonly freedBytes: number
}

export const NOTHING_PLANNED: PlanSummary = { expire: 0, archive: 0, untag: 0, refused: 0, freedBytes: 0 }

/** One thing that a plan does, in the order in which it is done. */
export interface PlanItem {
  /** From 0. */
  readonly position: number
  readonly action: 'expire' | 'archive' | 'restore' | 'untag'
  readonly digest: Digest
  /** Of `untag`, the tag that goes. */
  readonly tag: Tag | undefined
  /** The rule's priority; undefined for what was asked for. */
  readonly rule: number | undefined
  /** A sentence. */
  readonly why: string
  /** Whether something else takes it along: where that stays, it does too. */
  readonly isAlong?: boolean
  /** The state it was judged by. */
  readonly tags: readonly Tag[]
  readonly mediaType: string
  readonly pushedAtMs: number
  readonly lastPulledAtMs: number | undefined
  readonly storageClass: StorageClass
  /** What an undo has to put back, of an image whose storage class changed. */
  readonly archivedAtMs: number | undefined
  readonly restoredAtMs: number | undefined
  /** Bytes that come free with this item, when all before it are done. The items' sum is the plan's. */
  readonly freedBytes: number
  readonly outcome: 'planned' | 'done' | 'failed' | 'undone'
  readonly failure: PlanFailure | undefined
}

export interface PlanFailure {
  /** ECR's `ImageReferencedByManifestList`, or ours. */
  readonly code: string
  readonly reason: string
  /** The indexes that hold it, or some of them. */
  readonly digests?: readonly Digest[]
}

/** How many items have which outcome. */
export type PlanProgress = Readonly<Record<PlanItem['outcome'], number>>

export interface PlanReads {
  findPlan(planId: string): Promise<Plan | undefined>
  /** The latest first. `after` is a plan of the page before. */
  listPlans(repositoryId: number, page: Page<Pick<Plan, 'createdAtMs' | 'id'>>): Promise<Plan[]>
  findLatestPlan(repositoryId: number, kind: PlanKind): Promise<Plan | undefined>
  /** Those that somebody has to go on with: being made, waiting, being applied or undone, the oldest first. At most `limit`. */
  listOpenPlans(limit: number): Promise<Plan[]>
  /** By position. @param filter.tagged only items of images that had tags, or had none */
  listPlanItems(planId: string, filter: { readonly tagged?: boolean }, page: Page<number>): Promise<PlanItem[]>
  /** Items with that outcome, the last first. @param beforePosition not those from it on */
  listPlanItemsBack(
    planId: string,
    outcome: PlanItem['outcome'],
    page: { readonly beforePosition: number; readonly limit: number },
  ): Promise<PlanItem[]>
  findPlanItems(planId: string, digests: readonly Digest[]): Promise<PlanItem[]>
  countPlanItems(planId: string): Promise<PlanProgress>
  /** The last item's; undefined when there is none. */
  lastPlanPosition(planId: string): Promise<number | undefined>
}

export interface PlanChanges {
  insertPlan(plan: Plan): Promise<void>
  /** Changes the members that are given; what is not there is passed over. */
  updatePlan(planId: string, change: Partial<Omit<Plan, 'id' | 'repositoryId' | 'createdAtMs' | 'kind'>>): Promise<void>
  /** Positions that are there already are left as they are. */
  insertPlanItems(planId: string, items: readonly PlanItem[]): Promise<void>
  /** Replaces items by position. */
  updatePlanItems(planId: string, items: readonly PlanItem[]): Promise<void>
  /**
   * Forgets up to `limit` rows of plans made before then that nobody has to go on with and that cannot be undone any more.
   *
   * @returns how many
   */
  deletePlansBefore(atMs: number, nowMs: number, limit: number): Promise<number>
}
