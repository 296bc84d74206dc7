import type { ManifestGraph } from './manifest-graph.ts'

/** A set of manifests and all that they reach: children, referrers, and theirs. Each is passed once. */
export class Reach {
  readonly #graph: ManifestGraph
  readonly #has: Uint8Array

  constructor(graph: ManifestGraph) {
    this.#graph = graph
    this.#has = new Uint8Array(graph.size)
  }

  has(index: number): boolean {
    return this.#has[index] === 1
  }

  /** @param enter what else is asked of each that is reached; what is behind one that is left out is not looked for */
  add(from: number, enter: (index: number) => boolean = () => true): void {
    const { children, referrers } = this.#graph
    if (!children.has(from) && !referrers.has(from)) {
      if (this.#has[from] === 0 && enter(from)) this.#has[from] = 1
      return
    }
    const pending: number[] = []
    const reach = (index: number) => {
      if (this.#has[index] === 1 || !enter(index)) return
      this.#has[index] = 1
      if (children.has(index) || referrers.has(index)) pending.push(index)
    }
    reach(from)
    for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
      children.forEach(index, reach)
      referrers.forEach(index, reach)
    }
  }
}
