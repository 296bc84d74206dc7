/** Edges from numbered nodes to numbered nodes, by where they begin: those of `from` are `first(from)` to below `end(from)`. */
export class Adjacency {
  readonly #starts: Int32Array
  readonly #targets: Int32Array

  /** Edge `n` leads from `from[n]` to `to[n]`; the edges of a node keep their order. */
  constructor(nodes: number, from: readonly number[], to: readonly number[]) {
    this.#starts = new Int32Array(nodes + 1)
    this.#targets = new Int32Array(from.length)
    for (const node of from) this.#starts[node + 1] = (this.#starts[node + 1] ?? 0) + 1
    for (let node = 0; node < nodes; node++) this.#starts[node + 1] = this.first(node) + this.end(node)
    const next = this.#starts.slice()
    for (let edge = 0; edge < from.length; edge++) {
      const node = from[edge] ?? 0
      const place = next[node] ?? 0
      next[node] = place + 1
      this.#targets[place] = to[edge] ?? 0
    }
  }

  private first(node: number): number {
    return this.#starts[node] ?? 0
  }

  private end(node: number): number {
    return this.#starts[node + 1] ?? 0
  }

  private target(edge: number): number {
    return this.#targets[edge] ?? 0
  }

  has(node: number): boolean {
    return this.first(node) < this.end(node)
  }

  get nodes(): number {
    return this.#starts.length - 1
  }

  get isEmpty(): boolean {
    return this.#targets.length === 0
  }

  forEach(node: number, visit: (target: number) => void): void {
    for (let edge = this.first(node); edge < this.end(node); edge++) visit(this.target(edge))
  }

  some(node: number, test: (target: number) => boolean): boolean {
    for (let edge = this.first(node); edge < this.end(node); edge++) if (test(this.target(edge))) return true
    return false
  }
}
