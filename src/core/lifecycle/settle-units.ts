import { sortByDigest } from './digest-order.ts'
import { type Fate, Fates } from './fates.ts'
import { Reach } from './reach.ts'
import type { Snapshot } from './snapshot.ts'

/** The roots that a rule hit, and nobody refuses. */
export interface HitRoots {
  readonly expire: ReadonlySet<number>
  readonly archive: ReadonlySet<number>
}

export interface Settlement {
  readonly fates: Fates
  /** What the roots reach that do not expire. */
  readonly kept: Reach
  /** What the roots reach that are in the standard class and stay there: one in the archive holds nothing back from it. */
  readonly keptInStandard: Reach
}

/** What goes if those roots do: all that they reach, without what a root reaches that stays. */
export function settleUnits(snapshot: Snapshot, { expire, archive }: HitRoots): Settlement {
  const kept = new Reach(snapshot)
  snapshot.forEachAsked((root) => {
    if (!expire.has(root)) kept.add(root)
  })
  const keptInStandard = new Reach(snapshot)
  snapshot.forEachAsked((root, { storageClass }) => {
    const goes = archive.has(root) || (expire.has(root) && !kept.has(root))
    if (!goes && storageClass === 'standard') keptInStandard.add(root)
  })
  const fates = new Fates(snapshot.size)
  takeUnits(snapshot, { fates, roots: expire, kept }, () => 'expires')
  takeUnits(snapshot, { fates, roots: archive, kept: keptInStandard }, (index) =>
    snapshot.at(index).storageClass === 'standard' ? 'archived' : 'archived-before',
  )
  return { fates, kept, keptInStandard }
}

interface Taking {
  readonly fates: Fates
  readonly roots: ReadonlySet<number>
  readonly kept: Reach
}

/** What several roots reach goes with the first of them by digest; a root goes by itself. */
function takeUnits(snapshot: Snapshot, { fates, roots, kept }: Taking, fateOf: (index: number) => Fate): void {
  const { children, referrers } = snapshot.graph
  const going = [...roots].filter((root) => !kept.has(root))
  const taken = new Reach(snapshot)
  const large = going.filter((root) => children.has(root) || referrers.has(root))
  for (const root of sortByDigest(snapshot.images, large)) {
    taken.add(root, (index) => {
      if (kept.has(index)) return false
      fates.set(index, fateOf(index), root)
      return true
    })
  }
  for (const root of going) fates.set(root, fateOf(root), root)
}
