import type { Digest } from '../digest.ts'
import { compareTexts } from './compare-texts.ts'
import type { RefusedAction } from './lifecycle-plan.ts'
import type { Snapshot } from './snapshot.ts'

export type Fate = 'stays' | 'expires' | 'archived' | 'archived-before'

const FATES: readonly Fate[] = ['stays', 'expires', 'archived', 'archived-before']
const CODE_OF: Record<Fate, number> = { stays: 0, expires: 1, archived: 2, 'archived-before': 3 }

/** What becomes of each manifest, and which one that a rule hit takes it along. */
export class Fates {
  readonly #codes: Uint8Array
  readonly #takers: Int32Array

  constructor(size: number) {
    this.#codes = new Uint8Array(size)
    this.#takers = new Int32Array(size)
  }

  of(index: number): Fate {
    return FATES[this.#codes[index] ?? 0] ?? 'stays'
  }

  stays(index: number): boolean {
    return this.#codes[index] === 0
  }

  /** Itself, for what a rule hit. */
  takerOf(index: number): number {
    return this.#takers[index] ?? index
  }

  set(index: number, fate: Fate, taker: number): void {
    this.#codes[index] = CODE_OF[fate]
    this.#takers[index] = taker
  }
}

/** What a rule hit, or would have gone with it, and cannot go. */
export interface Refused {
  readonly index: number
  /** The hit one, whose rule it is. */
  readonly taker: number
  readonly why: RefusedAction['why']
}

export interface Outcome {
  readonly fates: Fates
  readonly refused: readonly Refused[]
}

export function lockedBy(snapshot: Snapshot, lock: number): RefusedAction['why'] {
  return { code: 'locked', by: snapshot.at(lock).digest }
}

export function heldBy(snapshot: Snapshot, holders: Iterable<number>): RefusedAction['why'] {
  const digests = new Set<Digest>()
  for (const holder of holders) digests.add(snapshot.at(holder).digest)
  return { code: 'held', by: [...digests].sort(compareTexts) }
}
