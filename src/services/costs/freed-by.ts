import type { Digest } from '../../core/digest.ts'

/** What keeps a blob although somebody who held it goes. */
export type Keeper =
  /** Whoever went could be brought back until then. */
  | { readonly kind: 'restore-window'; readonly untilMs: number }
  /** Somebody has just pushed it, or was told that it is here. */
  | { readonly kind: 'lease'; readonly untilMs: number }
  /** An image of the same repository. */
  | { readonly kind: 'image'; readonly digest: Digest }
  /** Another repository; one that was deleted, until its restore window ends. */
  | { readonly kind: 'repository'; readonly name: string; readonly untilMs: number | undefined }
  /** Repositories that the caller may not look into. */
  | { readonly kind: 'others' }

export interface KeptBlob {
  readonly digest: Digest
  readonly sizeBytes: number
  readonly by: Keeper
}

/** What comes free by a deletion. The three sizes together are what goes, each blob counted once. */
export interface FreedBy {
  readonly images: number
  /** With the next run of the collector. */
  readonly nowBytes: number
  /** When restore windows and leases have ended; the last of it at `laterAtMs`. */
  readonly laterBytes: number
  readonly laterAtMs: number | undefined
  /** What others hold too. */
  readonly keptBytes: number
  /** The largest blobs that are not free now, and what keeps each. */
  readonly kept: readonly KeptBlob[]
}

/** How many blobs are named. */
const BLOBS_NAMED = 50

/** A blob that nothing holds for good any more: until when it stays all the same. */
export interface FreedBlob {
  readonly digest: Digest
  readonly sizeBytes: number
  readonly heldUntilMs: number
  readonly leaseUntilMs: number
}

export type SizedBlob = Pick<FreedBlob, 'digest' | 'sizeBytes'>

/** Sums blobs up as they come; of those that stay it remembers the largest alone. */
export class FreedTally {
  readonly #nowMs: number
  readonly #sum = { nowBytes: 0, laterBytes: 0, keptBytes: 0 }
  #laterAtMs: number | undefined
  #named: (SizedBlob & { readonly by: Keeper | undefined })[] = []

  constructor(nowMs: number) {
    this.#nowMs = nowMs
  }

  addFreed({ digest, sizeBytes, heldUntilMs, leaseUntilMs }: FreedBlob): void {
    const untilMs = Math.max(heldUntilMs, leaseUntilMs)
    if (untilMs <= this.#nowMs) {
      this.#sum.nowBytes += sizeBytes
      return
    }
    this.#sum.laterBytes += sizeBytes
    this.#laterAtMs = Math.max(untilMs, this.#laterAtMs ?? 0)
    this.#name({ digest, sizeBytes, by: { kind: heldUntilMs >= leaseUntilMs ? 'restore-window' : 'lease', untilMs } })
  }

  addKept({ digest, sizeBytes }: SizedBlob): void {
    this.#sum.keptBytes += sizeBytes
    this.#name({ digest, sizeBytes, by: undefined })
  }

  /** @param keeperOf who keeps a blob that was added as kept */
  async end(images: number, keeperOf: (blob: SizedBlob) => Promise<Keeper>): Promise<FreedBy> {
    this.#trim()
    const kept: KeptBlob[] = []
    for (const { digest, sizeBytes, by } of this.#named) {
      kept.push({ digest, sizeBytes, by: by ?? (await keeperOf({ digest, sizeBytes })) })
    }
    return { images, ...this.#sum, laterAtMs: this.#laterAtMs, kept }
  }

  #name(blob: SizedBlob & { readonly by: Keeper | undefined }): void {
    this.#named.push(blob)
    if (this.#named.length >= 20 * BLOBS_NAMED) this.#trim()
  }

  #trim(): void {
    this.#named = this.#named.toSorted(largestFirst).slice(0, BLOBS_NAMED)
  }
}

function largestFirst(one: SizedBlob, other: SizedBlob): number {
  return other.sizeBytes - one.sizeBytes || (one.digest < other.digest ? -1 : 1)
}
