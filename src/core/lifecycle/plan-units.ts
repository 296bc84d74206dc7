import { type Fate, heldBy, lockedBy, type Outcome, type Refused } from './fates.ts'
import { hasLock } from './lifecycle-image.ts'
import { lockedIn, locksReached } from './locks.ts'
import type { Reach } from './reach.ts'
import { type RootAction, RootHits } from './root-hits.ts'
import { type Settlement, settleUnits } from './settle-units.ts'
import type { Snapshot } from './snapshot.ts'
import type { Verdicts } from './verdicts.ts'

/**
 * A root with its children and referrers is one (docs/adr/0005). A lock on anything that would go refuses every root
 * that would take it along, as if each of them were to go with all the others.
 */
export function planUnits(snapshot: Snapshot, verdicts: Verdicts): Outcome {
  const hits = RootHits.of(snapshot, verdicts)
  const unlocked = settleUnits(snapshot, hits)
  const locked = refuseLocked(snapshot, hits, unlocked)
  if (locked.length === 0) return { fates: unlocked.fates, refused: refuseHeld(snapshot, hits, unlocked) }
  const left = hits.without(locked.map(({ index }) => index))
  const settled = settleUnits(snapshot, left)
  return { fates: settled.fates, refused: [...locked, ...refuseHeld(snapshot, left, settled)] }
}

function refuseLocked(snapshot: Snapshot, hits: RootHits, { fates }: Settlement): Refused[] {
  const locks = lockedIn(snapshot)
  if (locks.length === 0) return []
  const refuse = (action: RootAction, fate: Fate) => {
    const going = locks.filter((lock) => fates.of(lock) === fate)
    const reached = locksReached(going, [snapshot.graph.parents, snapshot.graph.subjects])
    const lockOf = (root: number) => (hasLock(snapshot.at(root)) ? root : reached.get(root))
    return hits
      .filter(action, (root) => lockOf(root) !== undefined)
      .map((root): Refused => {
        return { index: root, taker: root, why: lockedBy(snapshot, lockOf(root) ?? root) }
      })
  }
  return [...refuse('expire', 'expires'), ...refuse('archive', 'archived')]
}

function refuseHeld(snapshot: Snapshot, hits: RootHits, { kept, keptInStandard }: Settlement): Refused[] {
  const refuse = (action: RootAction, kept: Reach) =>
    hits.filter(action, (root) => kept.has(root)).map((root) => refuseRoot(snapshot, root, kept))
  return [...refuse('expire', kept), ...refuse('archive', keptInStandard)]
}

function refuseRoot(snapshot: Snapshot, root: number, kept: Reach): Refused {
  const holders: number[] = []
  const note = (holder: number) => {
    if (kept.has(holder)) holders.push(holder)
  }
  snapshot.graph.parents.forEach(root, note)
  snapshot.graph.subjects.forEach(root, note)
  return { index: root, taker: root, why: heldBy(snapshot, holders) }
}
