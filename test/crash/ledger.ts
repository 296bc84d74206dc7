/** What an object (a manifest, a tag, a blob) may hold: a digest, or nothing. */
export type Value = string
export const ABSENT: Value = 'absent'

interface Write {
  readonly value: Value
  readonly startedMs: number
  /** When a good answer came; undefined while none has. */
  ackedMs: number | undefined
}

/** A moment at which everything stopped; between the two times it is not known what had happened. */
export interface Cut {
  readonly fromMs: number
  readonly toMs: number
}

/** Nothing was under way: what was answered happened, what was not may have. */
export const AT_REST: Cut = { fromMs: Number.POSITIVE_INFINITY, toMs: Number.POSITIVE_INFINITY }

export interface OpenWrite {
  /** The server said that it is done. */
  acked(): void
  /** The server said no: it has not happened. */
  refused(): void
}

/**
 * Every write that was asked for and every answer, per object. From that follows what an object may hold after a crash:
 * what the last acknowledged write said, or what a later one said that nobody acknowledged, and nothing else. Each
 * object has one writer at a time.
 */
export class Ledger {
  readonly #writes = new Map<string, Write[]>()

  begin(object: string, value: Value): OpenWrite {
    const write: Write = { value, startedMs: performance.now(), ackedMs: undefined }
    const writes = this.#writes.get(object) ?? []
    this.#writes.set(object, writes)
    writes.push(write)
    return {
      acked: () => {
        write.ackedMs = performance.now()
      },
      refused: () => {
        writes.splice(writes.indexOf(write), 1)
      },
    }
  }

  /** What the object may hold, if everything stopped at the cut. */
  possible(object: string, cut: Cut): Set<Value> {
    const writes = this.#writes.get(object) ?? []
    const last = writes.findLastIndex(({ ackedMs }) => ackedMs !== undefined && ackedMs <= cut.fromMs)
    const later = writes.slice(last + 1).filter(({ startedMs }) => startedMs <= cut.toMs)
    return new Set([writes[last]?.value ?? ABSENT, ...later.map(({ value }) => value)])
  }

  /** The value when there is only one that it can be. */
  certain(object: string): Value | undefined {
    const [value, ...others] = this.possible(object, AT_REST)
    return others.length === 0 ? value : undefined
  }

  /** Now it is known: whatever comes later starts from here. What is absent is remembered as that. */
  settle(object: string, value: Value): void {
    this.#writes.set(object, [{ value, startedMs: 0, ackedMs: 0 }])
  }

  /** When the object was last asked to change, or the last answer to that came. */
  lastMs(object: string): number {
    const last = this.#writes.get(object)?.at(-1)
    return last?.ackedMs ?? last?.startedMs ?? 0
  }

  forget(object: string): void {
    this.#writes.delete(object)
  }

  objects(): string[] {
    return [...this.#writes.keys()]
  }
}
