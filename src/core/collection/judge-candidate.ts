/** What the collector has read, under an exclusive lock on the digest, about a blob that nothing may refer to any more. */
export interface BlobFacts {
  /** Until when somebody was promised that the blob stays; undefined when there is no such blob. */
  readonly leaseUntilMs: number | undefined
  /** Whether a manifest of the candidate's repository, one that can still be brought back included, refers to the blob; for a
   * candidate without a repository whether anything at all does. */
  readonly isHeld: boolean
}

export type CandidateVerdict =
  /** Nothing to collect: the row of the blob is gone, or something holds it (whatever lets go makes a new candidate). */
  | { readonly action: 'drop'; readonly why: 'gone' | 'held' }
  /** Nothing holds it, but a promise stands. */
  | { readonly action: 'postpone'; readonly untilMs: number }
  /** The repository need not see it any more, and its bytes go if nobody else holds them. */
  | { readonly action: 'collect' }

/**
 * What to do with a candidate. Being held is asked before the lease: a held candidate is dropped however long the
 * lease, because the transaction that removes the last edge makes a new one, so nothing is forgotten.
 *
 * A lease that ends at this very millisecond has ended.
 *
 * @param facts as read under the lock; anything read without it is out of date
 */
export function judgeCandidate(facts: BlobFacts, nowMs: number): CandidateVerdict {
  const { leaseUntilMs, isHeld } = facts
  if (leaseUntilMs === undefined) return { action: 'drop', why: 'gone' }
  if (isHeld) return { action: 'drop', why: 'held' }
  if (leaseUntilMs > nowMs) return { action: 'postpone', untilMs: leaseUntilMs }
  return { action: 'collect' }
}
