import type { Adjacency } from './adjacency.ts'
import { sortByDigest } from './digest-order.ts'
import type { Fates } from './fates.ts'
import type { PlannedAction } from './lifecycle-plan.ts'
import type { ManifestGraph } from './manifest-graph.ts'
import type { Snapshot } from './snapshot.ts'
import type { Verdicts } from './verdicts.ts'

/**
 * The actions on manifests: by digest, but a subject before its referrers where the indexes leave a choice, and an
 * index always before what it holds. Depth first, on a stack of its own, each manifest once.
 */
export function arrangeActions(snapshot: Snapshot, fates: Fates, verdicts: Verdicts): PlannedAction[] {
  const going: number[] = []
  // In the order of the snapshot, which is that of the memory: following the digests through it takes twice as long.
  const actionOf = new Array<PlannedAction | undefined>(snapshot.size)
  for (let index = 0; index < snapshot.size; index++) {
    const fate = fates.of(index)
    if (fate === 'stays') continue
    going.push(index)
    if (fate === 'archived-before') continue
    const { digest } = snapshot.at(index)
    const taker = fates.takerOf(index)
    const rule = verdicts.ruleOf(taker)?.priority ?? 0
    const because = taker === index ? undefined : causeOf(snapshot, index, taker)
    actionOf[index] = { action: fate === 'expires' ? 'expire' : 'archive', digest, rule, because }
  }
  const actions: PlannedAction[] = []
  for (const index of inOrder(snapshot.graph, sortByDigest(snapshot.images, going))) {
    const action = actionOf[index]
    if (action !== undefined) actions.push(action)
  }
  return actions
}

function causeOf({ graph, images }: Snapshot, index: number, taker: number): PlannedAction['because'] {
  const of = images[taker]?.digest
  if (of === undefined) return undefined
  return { of, as: graph.parents.has(index) ? 'child' : 'referrer' }
}

/** An index may have as its subject what it holds, so that the two orders are not one: the index's comes first. */
function inOrder({ parents, subjects }: ManifestGraph, sorted: readonly number[]): readonly number[] {
  return ordered(ordered(sorted, subjects), parents)
}

const NEW = 0
const OPEN = 1
const DONE = 2

/** Everything after what leads to it, and otherwise as it was; a circle is broken where it is entered. */
function ordered(sorted: readonly number[], ways: Adjacency): readonly number[] {
  return ways.isEmpty ? sorted : new Ordering(sorted, ways).ordered()
}

class Ordering {
  readonly #sorted: readonly number[]
  readonly #ways: Adjacency
  /** -1 for what is not to be ordered. */
  readonly #ranks: Int32Array
  readonly #states: Uint8Array

  constructor(sorted: readonly number[], ways: Adjacency) {
    this.#sorted = sorted
    this.#ways = ways
    this.#ranks = new Int32Array(ways.nodes).fill(-1)
    this.#states = new Uint8Array(ways.nodes)
    for (let rank = 0; rank < sorted.length; rank++) this.#ranks[sorted[rank] ?? 0] = rank
  }

  ordered(): number[] {
    const ordered: number[] = []
    const pending: number[] = []
    for (const start of this.#sorted) {
      if (this.#states[start] === DONE) continue
      if (!this.#ways.has(start)) {
        this.#states[start] = DONE
        ordered.push(start)
        continue
      }
      pending.push(start)
      for (let index = pending.at(-1); index !== undefined; index = pending.at(-1)) {
        if (this.#states[index] === NEW && this.#ways.some(index, this.#isNew)) {
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

  /** The last first, as a stack gives it back. */
  #newBefore(index: number): number[] {
    const before: number[] = []
    this.#ways.forEach(index, (other) => {
      if (this.#isNew(other)) before.push(other)
    })
    return before.sort((a, b) => this.#rankOf(b) - this.#rankOf(a))
  }

  readonly #isNew = (index: number): boolean => this.#rankOf(index) >= 0 && this.#states[index] === NEW

  #rankOf(index: number): number {
    return this.#ranks[index] ?? -1
  }
}
