import { recogniseTag } from './recognise-tag.ts'
import { IDENTIFYING_KINDS, type TagKind } from './tag-kind.ts'

/** How many there are, and the first few of them. */
export interface Counted {
  readonly count: number
  readonly examples: readonly string[]
}

/** `moved`: how many of them have stood for something else before. */
export interface CountedKind extends Counted {
  readonly kind: TagKind
  readonly moved: number
}

const MOST_EXAMPLES = 5

/** Counts without keeping what it counts. */
export class Counter {
  #count = 0
  readonly #examples: string[] = []

  add(tag: string): void {
    this.#count++
    if (this.#examples.length < MOST_EXAMPLES) this.#examples.push(tag)
  }

  get counted(): Counted {
    return { count: this.#count, examples: this.#examples }
  }
}

/** What a repository's tags come to, one by one. */
export class TagTally {
  readonly #kinds = new Map<TagKind, { readonly all: Counter; moved: number }>()
  readonly #moved = new Counter()
  readonly #neverMoved = new Counter()

  /** @returns what kind of tag it is */
  add(tag: string, hasMoved: boolean): TagKind {
    const kind = recogniseTag(tag)
    const ofKind = this.#kinds.get(kind) ?? { all: new Counter(), moved: 0 }
    ofKind.all.add(tag)
    if (hasMoved) ofKind.moved++
    this.#kinds.set(kind, ofKind)
    const ofFate = hasMoved ? this.#moved : this.#neverMoved
    ofFate.add(tag)
    return kind
  }

  /** Of each kind that there is, the most frequent first. */
  kinds(): readonly CountedKind[] {
    const counted = [...this.#kinds].map(([kind, { all, moved }]) => ({ kind, ...all.counted, moved }))
    return counted.sort((a, b) => b.count - a.count || (a.kind < b.kind ? -1 : 1))
  }

  /** The kinds that say which build an image is, where there are several: whoever reads such tags has to know all of them. */
  mixed(): readonly TagKind[] {
    const used = IDENTIFYING_KINDS.filter((kind) => this.#kinds.has(kind))
    return used.length > 1 ? used : []
  }

  get moved(): Counted {
    return this.#moved.counted
  }

  get neverMoved(): Counted {
    return this.#neverMoved.counted
  }
}
