/** How much of everything a run does. */
export interface Sizes {
  readonly rounds: number
  readonly wrkSeconds: number
  readonly mixedSeconds: number
  /** The blob that is called 1 GiB in a full run. */
  readonly largeBytes: number
  /** Each of the 16 that are pushed at once. */
  readonly parallelBytes: number
  /** How many blobs of each size are pushed one after another. */
  readonly blobCounts: Readonly<Record<'1 MB' | '10 MB' | '100 MB', number>>
  readonly imagesPerClient: number
  readonly tags: number
  readonly manifests: number
  readonly repositories: number
  readonly pages: number
}

const MIB = 1024 * 1024

export const FULL: Sizes = {
  rounds: 3,
  wrkSeconds: 2,
  mixedSeconds: 5,
  largeBytes: 1024 * MIB,
  parallelBytes: 256 * MIB,
  blobCounts: { '1 MB': 40, '10 MB': 10, '100 MB': 2 },
  imagesPerClient: 10,
  tags: 500_000,
  manifests: 1_000_000,
  repositories: 100_000,
  pages: 50,
}

/** To see that the harness works: the figures of such a run mean nothing. */
export const QUICK: Sizes = {
  rounds: 1,
  wrkSeconds: 1,
  mixedSeconds: 1,
  largeBytes: 64 * MIB,
  parallelBytes: 16 * MIB,
  blobCounts: { '1 MB': 4, '10 MB': 2, '100 MB': 1 },
  imagesPerClient: 2,
  tags: 5_000,
  manifests: 10_000,
  repositories: 2_000,
  pages: 10,
}

export function sizeText(bytes: number): string {
  return bytes >= 1024 * MIB ? `${bytes / MIB / 1024} GiB` : `${bytes / MIB} MiB`
}

export function countText(count: number): string {
  return count.toLocaleString('en').replaceAll(',', ' ')
}
