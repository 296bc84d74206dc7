import { heldBy, lockedBy, type Outcome, type Refused } from './fates.ts'
import { hasLock } from './lifecycle-image.ts'
import { lockedIn, locksReached } from './locks.ts'
import type { Reach } from './reach.ts'
import { type HitRoots, type Settlement, settleUnits } from './settle-units.ts'
import type { Snapshot } from './snapshot.ts'
import type { Verdicts } from './verdicts.ts'

/**
 * A root with its children and referrers is one (docs/adr/0005). A lock on anything that would go refuses every root
 * that would take it along, as if each of them were to go with all the others.
 */
export function planUnits(snapshot: Snapshot, verdicts: Verdicts): Outcome {
  const hits = hitRoots(snapshot, verdicts)
  const unlocked = settleUnits(snapshot, hits)
  const locked = refuseLocked(snapshot, hits, unlocked)
  if (locked.length === 0) return { fates: unlocked.fates, refused: refuseHeld(snapshot, hits, unlocked) }
  const left = without(hits, new Set(locked.map(({ index }) => index)))
  const settled = settleUnits(snapshot, left)
  return { fates: settled.fates, refused: [...locked, ...refuseHeld(snapshot, left, settled)] }
}

function hitRoots(snapshot: Snapshot, verdicts: Verdicts): HitRoots {
  const expire = new Set<number>()
  const archive = new Set<number>()
  snapshot.forEachAsked((root) => {
    if (!verdicts.isHit(root)) return
    if (verdicts.ruleOf(root)?.action === 'archive') archive.add(root)
    else expire.add(root)
  })
  return { expire, archive }
}

function refuseLocked(snapshot: Snapshot, { expire, archive }: HitRoots, { fates }: Settlement): Refused[] {
  const locks = lockedIn(snapshot)
  if (locks.length === 0) return []
  const refuse = (roots: ReadonlySet<number>, fate: 'expires' | 'archived') => {
    const going = locks.filter((lock) => fates.of(lock) === fate)
    const reached = locksReached(snapshot, going, [snapshot.graph.parents, snapshot.graph.subjects])
    return [...roots].flatMap((root): Refused[] => {
      const lock = hasLock(snapshot.at(root)) ? root : reached.get(root)
      return lock === undefined ? [] : [{ index: root, taker: root, why: lockedBy(snapshot, lock) }]
    })
  }
  return [...refuse(expire, 'expires'), ...refuse(archive, 'archived')]
}

function without({ expire, archive }: HitRoots, roots: ReadonlySet<number>): HitRoots {
  return { expire: expire.difference(roots), archive: archive.difference(roots) }
}

function refuseHeld(snapshot: Snapshot, { expire, archive }: HitRoots, settled: Settlement): Refused[] {
  const refuse = (roots: ReadonlySet<number>, kept: Reach) =>
    [...roots].filter((root) => kept.has(root)).map((root) => refuseRoot(snapshot, root, kept))
  return [...refuse(expire, settled.kept), ...refuse(archive, settled.keptInStandard)]
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
