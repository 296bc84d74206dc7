import type { Amount } from '../../core/collection/judge-plan.ts'
import type { RefusedPlan } from './collection-memory.ts'

/** What became of a candidate. */
export type CandidateOutcome =
  | 'held' // something refers to it: no candidate any more
  | 'gone' // there is no such blob: no candidate any more
  | 'postponed' // a lease stands: looked at again when it ends
  | 'released' // this repository does not see it any more, others do
  | 'collected' // nothing held it: forgotten, its bytes go after a delay
  | 'purged' // a deleted manifest whose restore window is over: forgotten, with its edges
  | 'emptied' // a deleted repository whose restore window is over: forgotten, with everything it held
  | 'revived' // a deleted manifest or repository that is there again
  | 'failed' // could not be dealt with; tried again later

export interface CollectionExample {
  /** Undefined for a repository. */
  readonly digest: string | undefined
  readonly repositoryId: number | undefined
  readonly outcome: CandidateOutcome
}

/** What a run did and why. */
export interface CollectionReport {
  readonly startedAtMs: number
  readonly durationMs: number
  /** `refused`: the brake stopped it, see `refusal`; `interrupted`: the process stops; the rest is for the next run. */
  readonly ended: 'done' | 'refused' | 'interrupted'
  readonly refusal: RefusedPlan | undefined
  /** Whether an operator had confirmed what the brake would have stopped. */
  readonly isForced: boolean
  readonly candidates: Readonly<Record<CandidateOutcome, number>>
  /** What was taken out of the metadata; the bytes follow after the removal delay. */
  readonly taken: Amount
  /** Bytes that this run unlinked, most of them taken by earlier runs. */
  readonly unlinked: { readonly blobs: number; readonly bytes: number; readonly failed: number }
  readonly eventsForgotten: number
  /** A few of what was collected, purged, emptied or failed. */
  readonly examples: readonly CollectionExample[]
}
