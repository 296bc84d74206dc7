/** Counts and bytes: of what a run would take, or of everything there is. */
export interface Amount {
  readonly manifests: number
  readonly blobs: number
  readonly blobBytes: number
}

export const NO_AMOUNT: Amount = { manifests: 0, blobs: 0, blobBytes: 0 }

/** When a run is implausible. */
export interface BrakeLimits {
  /** The largest share of what there is that one run may take, above 0 and at most 1 (which switches the brake off). */
  readonly share: number
  /** Up to these amounts a run is always plausible, however small the store is. */
  readonly floor: Amount
}

export const DEFAULT_BRAKE: BrakeLimits = {
  share: 0.5,
  floor: { manifests: 1000, blobs: 1000, blobBytes: 1024 ** 3 },
}

export type PlanVerdict =
  | { readonly plausible: true }
  | { readonly plausible: false; readonly measure: keyof Amount; readonly taken: number; readonly total: number }

const MEASURES = ['blobBytes', 'blobs', 'manifests'] as const

/**
 * Whether a collector's run is believable. A registry once went from 445 GB to 4 GB in one night because nobody asked
 * (distribution#4461). Each measure counts by itself: one that is past its floor and past its share stops the run.
 *
 * @param taken what the run would take, with what it has taken already
 * @param total what there was when the run began
 */
export function judgePlan(taken: Amount, total: Amount, limits: BrakeLimits): PlanVerdict {
  const measure = MEASURES.find((name) => isTooMuch(taken[name], total[name], { ...limits, floor: limits.floor[name] }))
  if (measure === undefined) return { plausible: true }
  return { plausible: false, measure, taken: taken[measure], total: total[measure] }
}

function isTooMuch(taken: number, total: number, limits: { share: number; floor: number }): boolean {
  return limits.share < 1 && taken > limits.floor && taken > total * limits.share
}

export function addAmounts(a: Amount, b: Amount): Amount {
  return { manifests: a.manifests + b.manifests, blobs: a.blobs + b.blobs, blobBytes: a.blobBytes + b.blobBytes }
}
