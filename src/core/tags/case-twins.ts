const BITS = 2 ** 25
/** So many names are kept side by side; a repository with more of them has no convention to look for. */
const MOST_KEPT = 20_000

/**
 * Finds names that differ in case alone, `v1-RC` and `v1-rc`, in lists of any length with bounded memory: 8 MiB, and a
 * megabyte or two of names. The list is gone through twice, as only afterwards is it known which names to keep: first
 * `note` each name, and then `keep` each.
 */
export class CaseTwins {
  readonly #once = new Uint8Array(BITS / 8)
  readonly #twice = new Uint8Array(BITS / 8)
  readonly #kept = new Map<string, string[]>()
  #mayHaveAny = false
  #isComplete = true

  note(name: string): void {
    const bit = bitOf(name.toLowerCase())
    if (!has(this.#once, bit)) {
      set(this.#once, bit)
      return
    }
    this.#mayHaveAny = true
    set(this.#twice, bit)
  }

  /** Whether it is worth while to go through the list again. */
  get mayHaveAny(): boolean {
    return this.#mayHaveAny
  }

  keep(name: string): void {
    const folded = name.toLowerCase()
    if (!has(this.#twice, bitOf(folded))) return
    const names = this.#kept.get(folded)
    if (names !== undefined) names.push(name)
    else if (this.#kept.size < MOST_KEPT) this.#kept.set(folded, [name])
    else this.#isComplete = false
  }

  /** False when some may have been missed. */
  get isComplete(): boolean {
    return this.#isComplete
  }

  /** Names that are the same but for their case, together. */
  groups(): readonly (readonly string[])[] {
    return [...this.#kept.values()].filter((names) => names.length > 1)
  }
}

/** FNV-1a: two names with one bit are looked at in vain, no more. */
function bitOf(name: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193)
  return (hash >>> 0) % BITS
}

function has(bits: Uint8Array, bit: number): boolean {
  return ((bits[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0
}

function set(bits: Uint8Array, bit: number): void {
  bits[bit >> 3] = (bits[bit >> 3] ?? 0) | (1 << (bit & 7))
}
