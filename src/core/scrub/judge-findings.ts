/** So many may be wrong whatever their share: a small store with one bad sector must still be looked after. */
const FEW = 20
const IMPLAUSIBLE_SHARE = 0.5

/**
 * Whether what a scrub has found says more of the disk than of the blobs: bits rot one by one, and when most blobs are
 * gone at once, it is a volume that is missing or a backup that is still being copied back.
 *
 * @param checked how many blobs were looked at, those that are wrong included
 */
export function areFindingsPlausible({ checked, wrong }: { checked: number; wrong: number }): boolean {
  return wrong <= FEW || wrong / checked <= IMPLAUSIBLE_SHARE
}
