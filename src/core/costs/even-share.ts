/**
 * What the holder of this rank has of a size that is split evenly: whole bytes, the remainder to the first ones, so that
 * all shares together are the size.
 *
 * @param rank from 0 to `ways - 1`
 */
export function evenShare(sizeBytes: number, ways: number, rank: number): number {
  const remainder = sizeBytes % ways
  return (sizeBytes - remainder) / ways + (rank < remainder ? 1 : 0)
}
