/** IAM's own times are hours late; ours are exact to this. */
const RESOLUTION_MS = 60_000
const MOST_PENDING = 10_000

/** Uses that are to be written, at most one a minute of each that is used. */
export class RecentUses<Use extends { readonly atMs: number }> {
  readonly #idOf: (use: Use) => string
  readonly #pending = new Map<string, Use>()
  readonly #notedAtMs = new Map<string, number>()

  constructor(idOf: (use: Use) => string) {
    this.#idOf = idOf
  }

  note(use: Use): void {
    const id = this.#idOf(use)
    const last = this.#notedAtMs.get(id)
    if (last !== undefined && use.atMs - last < RESOLUTION_MS) return
    if (this.#pending.size >= MOST_PENDING && !this.#pending.has(id)) return
    this.#pending.set(id, use)
    if (this.#notedAtMs.size >= MOST_PENDING) this.#notedAtMs.clear()
    this.#notedAtMs.set(id, use.atMs)
  }

  /** All that is pending, which is not any more. */
  take(): Use[] {
    const taken = [...this.#pending.values()]
    this.#pending.clear()
    return taken
  }

  /** A use that was noted meanwhile is the later one. */
  putBack(uses: readonly Use[]): void {
    for (const use of uses) {
      if (this.#pending.size >= MOST_PENDING) return
      const id = this.#idOf(use)
      if (!this.#pending.has(id)) this.#pending.set(id, use)
    }
  }
}
