import type { CostScope } from './cost-scope.ts'
import { evenShare } from './even-share.ts'

/**
 * How a repository holds a blob: by a live image; by deleted ones alone, until their restore windows end; or by no image,
 * as after an upload or a mount, until its lease ends.
 */
export type Hold = 'live' | 'deleted' | 'unused'

export interface Holder {
  /** The repository's. */
  readonly scope: CostScope
  readonly hold: Hold
}

interface HeldIn {
  holders: number
  hold: Hold
}

/**
 * Adds a blob to what its holders cost, and to every scope that they lie in.
 *
 * @param holders each repository once, by its number: the first ones have the bytes that cannot be split
 */
export function attributeBlob(sizeBytes: number, holders: readonly Holder[]): void {
  const scopes = new Map<CostScope, HeldIn>()
  for (const [rank, { scope, hold }] of holders.entries()) {
    const attributed = evenShare(sizeBytes, holders.length, rank)
    for (let each: CostScope | undefined = scope; each !== undefined; each = each.parent) {
      each.figures.attributedBytes += attributed
      if (hold === 'live') each.figures.logicalBytes += sizeBytes
      noteHolder(scopes, each, hold)
    }
  }
  for (const [{ figures }, { holders: inside, hold }] of scopes) {
    const isAlone = inside === holders.length
    figures.heldBytes += sizeBytes
    if (isAlone) figures.aloneBytes += sizeBytes
    if (hold !== 'deleted') continue
    figures.deletedHeldBytes += sizeBytes
    if (isAlone) figures.deletedAloneBytes += sizeBytes
  }
}

function noteHolder(scopes: Map<CostScope, HeldIn>, scope: CostScope, hold: Hold): void {
  const held = scopes.get(scope)
  if (held === undefined) {
    scopes.set(scope, { holders: 1, hold })
    return
  }
  held.holders += 1
  held.hold = longerHold(held.hold, hold)
}

/** A live image holds for good; a deleted one outlasts what nothing refers to, as windows are longer than leases. */
function longerHold(one: Hold, other: Hold): Hold {
  if (one === 'live' || other === 'live') return 'live'
  return one === 'deleted' || other === 'deleted' ? 'deleted' : 'unused'
}
