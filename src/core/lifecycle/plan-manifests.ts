import { type Fate, Fates, heldBy, lockedBy, type Outcome, type Refused } from './fates.ts'
import { lockedIn, locksReached } from './locks.ts'
import type { Snapshot } from './snapshot.ts'
import type { Verdicts } from './verdicts.ts'

/**
 * Each manifest by itself, as ECR does (ecr.md 2.4): referrers go with their subject, and what an index holds that stays
 * stays too.
 */
export function planManifests(snapshot: Snapshot, verdicts: Verdicts): Outcome {
  const fates = new Fates(snapshot.size)
  const locked = takeHit(snapshot, verdicts, fates)
  if (snapshot.graph.parents.isEmpty) return { fates, refused: locked }
  const heldBack = holdBack(snapshot, fates)
  return { fates, refused: [...locked, ...refuseHeld(snapshot, fates, heldBack)] }
}

function takeHit(snapshot: Snapshot, verdicts: Verdicts, fates: Fates): Refused[] {
  const { referrers, subjects } = snapshot.graph
  const locks = locksReached(lockedIn(snapshot), [subjects])
  const refused: Refused[] = []
  snapshot.forEachAsked((hit) => {
    if (!verdicts.isHit(hit)) return
    const lock = locks.get(hit)
    if (lock !== undefined) {
      refused.push({ index: hit, taker: hit, why: lockedBy(snapshot, lock) })
      return
    }
    const fate = verdicts.ruleOf(hit)?.action === 'archive' ? 'archived' : 'expires'
    fates.set(hit, fate, hit)
    if (referrers.has(hit)) takeReferrers(snapshot, fates, hit)
  })
  return refused
}

/** A manifest has one subject, and what is hit has none: these are trees. */
function takeReferrers({ graph, images }: Snapshot, fates: Fates, hit: number): void {
  const fate = fates.of(hit)
  const pending = [hit]
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    graph.referrers.forEach(index, (referrer) => {
      const isThere = fate === 'archived' && images[referrer]?.storageClass === 'archive'
      fates.set(referrer, isThere ? 'archived-before' : fate, hit)
      pending.push(referrer)
    })
  }
}

interface HeldBack {
  readonly index: number
  readonly wanted: Fate
}

/** Takes out what is held, what that holds in turn, and its referrers, until all that is left can go. */
function holdBack(snapshot: Snapshot, fates: Fates): HeldBack[] {
  const { parents, children, referrers } = snapshot.graph
  const isHeld = (index: number) => {
    const wanted = fates.of(index)
    if (wanted === 'stays' || wanted === 'archived-before') return false
    return parents.some(index, (parent) => !letsGo(snapshot, fates, { parent, wanted }))
  }
  const pending: number[] = []
  for (let index = 0; index < snapshot.size; index++) if (parents.has(index) && isHeld(index)) pending.push(index)
  const heldBack: HeldBack[] = []
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    const wanted = fates.of(index)
    if (wanted === 'stays') continue
    fates.set(index, 'stays', fates.takerOf(index))
    heldBack.push({ index, wanted })
    children.forEach(index, (child) => {
      if (isHeld(child)) pending.push(child)
    })
    referrers.forEach(index, (referrer) => pending.push(referrer))
  }
  return heldBack
}

/** ecr.md 2.4: nothing is expired or archived "without the manifest list being deleted or archived first". */
function letsGo({ images }: Snapshot, fates: Fates, { parent, wanted }: { parent: number; wanted: Fate }): boolean {
  const fate = fates.of(parent)
  if (fate === 'expires') return true
  return wanted !== 'expires' && (fate !== 'stays' || images[parent]?.storageClass === 'archive')
}

/** What only stays because its subject does was never to go by itself, and is not worth a word. */
function refuseHeld(snapshot: Snapshot, fates: Fates, heldBack: readonly HeldBack[]): Refused[] {
  const refused: Refused[] = []
  for (const { index, wanted } of heldBack) {
    if (wanted === 'archived-before') continue
    if (snapshot.graph.subjects.some(index, (subject) => fates.stays(subject))) continue
    const holders: number[] = []
    snapshot.graph.parents.forEach(index, (parent) => {
      if (!letsGo(snapshot, fates, { parent, wanted })) holders.push(parent)
    })
    refused.push({ index, taker: fates.takerOf(index), why: heldBy(snapshot, holders) })
  }
  return refused
}
