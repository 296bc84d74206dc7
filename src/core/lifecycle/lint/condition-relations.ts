import { hoursOf } from '../lading/hours-of.ts'
import type { LadingAge, LadingCondition, LadingWindow } from '../lading/lading-policy.ts'

/** Whether `inner` holds of no more of the same images. `false` may mean that it is not known. */
export function isConditionWithin(inner: LadingCondition | undefined, outer: LadingCondition | undefined): boolean {
  if (outer === undefined) return true
  if (inner === undefined) return false
  if ('olderThan' in inner) return 'olderThan' in outer && isAtLeast(inner.olderThan, outer.olderThan)
  if ('newerThan' in inner) return 'newerThan' in outer && isAtLeast(outer.newerThan, inner.newerThan)
  if ('beyond' in inner) return 'beyond' in outer && isAsLong(inner.beyond, outer.beyond)
  return 'within' in outer && isAsLong(outer.within, inner.within)
}

function isAtLeast(a: LadingAge, b: LadingAge): boolean {
  return a.since === b.since && hoursOf(a) >= hoursOf(b)
}

function isAsLong(a: LadingWindow, b: LadingWindow): boolean {
  return a.by === b.by && a.count >= b.count
}
