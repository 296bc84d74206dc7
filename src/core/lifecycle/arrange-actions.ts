import type { Adjacency } from './adjacency.ts'
import { sortByDigest } from './digest-order.ts'
import type { Fates } from './fates.ts'
import type { PlannedAction } from './lifecycle-plan.ts'
import type { Snapshot } from './snapshot.ts'
import type { Verdicts } from './verdicts.ts'

/**
 * The actions on manifests: by digest, but an index before what it holds, and a subject before its referrers. Depth
 * first, on a stack of its own, each manifest once.
 */
export function arrangeActions(snapshot: Snapshot, fates: Fates, verdicts: Verdicts): PlannedAction[] {
  const going: number[] = []
  for (let index = 0; index < snapshot.size; index++) if (!fates.stays(index)) going.push(index)
  const actions: PlannedAction[] = []
  for (const index of inOrder(snapshot, sortByDigest(snapshot.images, going))) {
    const fate = fates.of(index)
    if (fate === 'archived-before') continue
    const { digest } = snapshot.at(index)
    const taker = fates.takerOf(index)
    const rule = verdicts.ruleOf(taker)?.priority ?? 0
    const because = taker === index ? undefined : causeOf(snapshot, index, taker)
    actions.push({ action: fate === 'expires' ? 'expire' : 'archive', digest, rule, because })
  }
  return actions
}

function causeOf({ graph, images }: Snapshot, index: number, taker: number): PlannedAction['because'] {
  const of = images[taker]?.digest
  if (of === undefined) return undefined
  return { of, as: graph.parents.has(index) ? 'child' : 'referrer' }
}

function inOrder({ graph, size }: Snapshot, sorted: readonly number[]): readonly number[] {
  const { parents, subjects } = graph
  if (parents.isEmpty && subjects.isEmpty) return sorted
  const ranks = new Int32Array(size).fill(-1)
  for (const [rank, index] of sorted.entries()) ranks[index] = rank
  return new Ordering(ranks, [parents, subjects]).of(sorted)
}

const NEW = 0
const OPEN = 1
const DONE = 2

/** Everything after what leads to it, and otherwise by rank; a circle is broken where it is entered. */
class Ordering {
  readonly #ranks: Int32Array
  readonly #ways: readonly Adjacency[]
  readonly #states: Uint8Array

  /** @param ranks -1 for what is not to be ordered */
  constructor(ranks: Int32Array, ways: readonly Adjacency[]) {
    this.#ranks = ranks
    this.#ways = ways
    this.#states = new Uint8Array(ranks.length)
  }

  of(sorted: readonly number[]): number[] {
    const ordered: number[] = []
    const pending: number[] = []
    for (const start of sorted) {
      pending.push(start)
      for (let index = pending.at(-1); index !== undefined; index = pending.at(-1)) {
        if (this.#states[index] === NEW && this.#hasNewBefore(index)) {
          this.#states[index] = OPEN
          for (const before of this.#newBefore(index)) pending.push(before)
        } else {
          pending.pop()
          if (this.#states[index] !== DONE) ordered.push(index)
          this.#states[index] = DONE
        }
      }
    }
    return ordered
  }

  #hasNewBefore(index: number): boolean {
    return this.#ways.some((ways) => ways.some(index, this.#isNew))
  }

  /** The last first, as a stack gives it back. */
  #newBefore(index: number): number[] {
    const before: number[] = []
    for (const ways of this.#ways) {
      ways.forEach(index, (other) => {
        if (this.#isNew(other)) before.push(other)
      })
    }
    return before.sort((a, b) => this.#rankOf(b) - this.#rankOf(a))
  }

  readonly #isNew = (index: number): boolean => this.#rankOf(index) >= 0 && this.#states[index] === NEW

  #rankOf(index: number): number {
    return this.#ranks[index] ?? -1
  }
}
