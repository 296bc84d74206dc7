import { imageAt, type LifecycleImage } from './lifecycle-image.ts'
import type { LifecyclePolicy } from './lifecycle-policy.ts'
import { graphOf, type ManifestGraph } from './manifest-graph.ts'
import { Reach } from './reach.ts'
import { lastPulls } from './unit-pulls.ts'

/** A repository as one policy looks at it: the manifests by their places, and which of them its rules are asked about. */
export class Snapshot {
  readonly images: readonly LifecycleImage[]
  readonly graph: ManifestGraph
  readonly nowMs: number
  readonly #unit: LifecyclePolicy['unit']
  readonly #asked: Uint8Array
  #pulls: Float64Array | undefined

  constructor(unit: LifecyclePolicy['unit'], images: Iterable<LifecycleImage>, nowMs: number) {
    this.images = Array.isArray(images) ? images : [...images]
    this.graph = graphOf(this.images, unit)
    this.nowMs = nowMs
    this.#unit = unit
    this.#asked = unit === 'manifest' ? withoutSubject(this.graph) : rootsOf(this.images, this.graph)
  }

  get size(): number {
    return this.images.length
  }

  at(index: number): LifecycleImage {
    return imageAt(this.images, index)
  }

  /** Whether rules are asked about it: manifest by manifest, whatever has no subject here; else, roots. */
  isAsked(index: number): boolean {
    return this.#asked[index] === 1
  }

  /** In the order of the snapshot. */
  forEachAsked(visit: (index: number, image: LifecycleImage) => void): void {
    for (let index = 0; index < this.size; index++) if (this.#asked[index] === 1) visit(index, this.at(index))
  }

  /** The last pull of any manifest of the unit; NaN when none is known. */
  pulledAtMs(index: number): number {
    if (this.#unit === 'manifest') return this.at(index).lastPulledAtMs ?? Number.NaN
    this.#pulls ??= lastPulls(this.images, this.graph)
    return this.#pulls[index] ?? Number.NaN
  }
}

function withoutSubject({ size, subjects }: ManifestGraph): Uint8Array {
  const asked = new Uint8Array(size)
  for (let index = 0; index < size; index++) if (!subjects.has(index)) asked[index] = 1
  return asked
}

/**
 * Tagged manifests that are more than a referrer by their tags, and those that neither an index holds nor a subject has.
 * Where an index has one of its own descendants as its subject, and no tag, there is no such beginning: then what no
 * root reaches is one as well, since it would be there for ever, and hold others.
 */
function rootsOf(images: readonly LifecycleImage[], graph: ManifestGraph): Uint8Array {
  const { size, parents, subjects, accessories } = graph
  const roots = new Uint8Array(size)
  const reached = new Reach(graph)
  for (let index = 0; index < size; index++) {
    const isTagged = imageAt(images, index).tags.length > 0 && !accessories.has(index)
    if (!isTagged && (parents.has(index) || subjects.has(index))) continue
    roots[index] = 1
    reached.add(index)
  }
  for (let index = 0; index < size; index++) if (!reached.has(index)) roots[index] = 1
  return roots
}
