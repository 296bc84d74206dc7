import { sortByDigest } from './digest-order.ts'
import { type Fate, Fates } from './fates.ts'
import { Reach } from './reach.ts'
import type { RootHits } from './root-hits.ts'
import type { Snapshot } from './snapshot.ts'

export interface Settlement {
  readonly fates: Fates
  /** What the roots reach that do not expire. */
  readonly kept: Reach
  /** What the roots reach that are in the standard class and stay there: one in the archive holds nothing back from it. */
  readonly keptInStandard: Reach
}

/** What goes if those roots do: all that they reach, without what a root reaches that stays. */
export function settleUnits(snapshot: Snapshot, hits: RootHits): Settlement {
  const kept = new Reach(snapshot.graph)
  snapshot.forEachAsked((root) => {
    if (!hits.has(root, 'expire')) kept.add(root)
  })
  const keptInStandard = new Reach(snapshot.graph)
  snapshot.forEachAsked((root, { storageClass }) => {
    const goes = hits.has(root, 'archive') || (hits.has(root, 'expire') && !kept.has(root))
    if (!goes && storageClass === 'standard') keptInStandard.add(root)
  })
  const fates = new Fates(snapshot.size)
  const expiring = hits.filter('expire', (root) => !kept.has(root))
  takeUnits(snapshot, { fates, roots: expiring, kept }, () => 'expires')
  const archived = hits.filter('archive', (root) => !keptInStandard.has(root))
  takeUnits(snapshot, { fates, roots: archived, kept: keptInStandard }, (index) =>
    snapshot.at(index).storageClass === 'standard' ? 'archived' : 'archived-before',
  )
  return { fates, kept, keptInStandard }
}

interface Taking {
  readonly fates: Fates
  /** Those that go. */
  readonly roots: readonly number[]
  readonly kept: Reach
}

/** What several roots reach goes with the first of them by digest; a root goes by itself. */
function takeUnits(snapshot: Snapshot, { fates, roots, kept }: Taking, fateOf: (index: number) => Fate): void {
  const { children, referrers } = snapshot.graph
  const taken = new Reach(snapshot.graph)
  const large = roots.filter((root) => children.has(root) || referrers.has(root))
  for (const root of sortByDigest(snapshot.images, large)) {
    taken.add(root, (index) => {
      if (kept.has(index)) return false
      fates.set(index, fateOf(index), root)
      return true
    })
  }
  for (const root of roots) fates.set(root, fateOf(root), root)
}
