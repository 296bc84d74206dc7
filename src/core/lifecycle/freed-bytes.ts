import type { Digest } from '../digest.ts'

/** A blob that a manifest holds. */
export interface HeldBlob {
  readonly manifest: Digest
  readonly blob: Digest
  readonly sizeBytes: number
}

/**
 * How many bytes come free as each of these manifests goes, in that order: a blob counts where the last that holds it
 * goes, so the sum is what comes free in all.
 *
 * @param holders how many live manifests of the whole installation hold each blob
 */
export function freedBytes(
  order: readonly Digest[],
  held: readonly HeldBlob[],
  holders: ReadonlyMap<Digest, number>,
): number[] {
  const left = new Map(holders)
  const ofManifest = Map.groupBy(held, ({ manifest }) => manifest)
  return order.map((digest) => {
    let bytes = 0
    for (const { blob, sizeBytes } of ofManifest.get(digest) ?? []) {
      const others = (left.get(blob) ?? 1) - 1
      left.set(blob, others)
      if (others === 0) bytes += sizeBytes
    }
    return bytes
  })
}
