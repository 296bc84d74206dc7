import type { Snapshot } from './snapshot.ts'
import type { Verdicts } from './verdicts.ts'

const EXPIRE = 1
const ARCHIVE = 2

export type RootAction = 'expire' | 'archive'

/** The roots that a rule hit, and nobody refuses. */
export class RootHits {
  readonly #codes: Uint8Array

  constructor(codes: Uint8Array) {
    this.#codes = codes
  }

  static of(snapshot: Snapshot, verdicts: Verdicts): RootHits {
    const codes = new Uint8Array(snapshot.size)
    snapshot.forEachAsked((root) => {
      if (verdicts.isHit(root)) codes[root] = verdicts.ruleOf(root)?.action === 'archive' ? ARCHIVE : EXPIRE
    })
    return new RootHits(codes)
  }

  has(root: number, action: RootAction): boolean {
    return this.#codes[root] === (action === 'expire' ? EXPIRE : ARCHIVE)
  }

  /** Those of which `test` holds. */
  filter(action: RootAction, test: (root: number) => boolean): number[] {
    const roots: number[] = []
    for (let root = 0; root < this.#codes.length; root++) if (this.has(root, action) && test(root)) roots.push(root)
    return roots
  }

  without(roots: readonly number[]): RootHits {
    const codes = this.#codes.slice()
    for (const root of roots) codes[root] = 0
    return new RootHits(codes)
  }
}
