import { imageAt, type LifecycleImage } from './lifecycle-image.ts'
import type { LifecyclePolicy } from './lifecycle-policy.ts'
import { graphOf, type ManifestGraph } from './manifest-graph.ts'
import { lastPulls } from './unit-pulls.ts'

/** A repository as one policy looks at it: the manifests by their places, and which of them its rules are asked about. */
export class Snapshot {
  readonly images: readonly LifecycleImage[]
  readonly graph: ManifestGraph
  readonly nowMs: number
  readonly #unit: LifecyclePolicy['unit']
  readonly #asked: Int32Array
  #pulls: Float64Array | undefined

  constructor(unit: LifecyclePolicy['unit'], images: Iterable<LifecycleImage>, nowMs: number) {
    this.images = Array.isArray(images) ? images : [...images]
    this.graph = graphOf(this.images, unit)
    this.nowMs = nowMs
    this.#unit = unit
    const asked = new Int32Array(this.images.length)
    let count = 0
    for (let index = 0; index < asked.length; index++) if (this.isAsked(index)) asked[count++] = index
    this.#asked = asked.subarray(0, count)
  }

  get size(): number {
    return this.images.length
  }

  at(index: number): LifecycleImage {
    return imageAt(this.images, index)
  }

  /**
   * Manifest by manifest, what has no subject here; in the unit `image`, roots: tagged manifests that are more than a
   * referrer by their tags, and those that neither an index holds nor a subject has.
   */
  isAsked(index: number): boolean {
    const { parents, subjects, accessories } = this.graph
    if (this.#unit === 'manifest') return !subjects.has(index)
    if (!subjects.has(index) && !parents.has(index)) return true
    return this.at(index).tags.length > 0 && !accessories.has(index)
  }

  /** In the order of the snapshot. */
  forEachAsked(visit: (index: number, image: LifecycleImage) => void): void {
    for (let place = 0; place < this.#asked.length; place++) {
      const index = this.#asked[place] ?? 0
      visit(index, this.at(index))
    }
  }

  /** The last pull of any manifest of the unit; NaN when none is known. */
  pulledAtMs(index: number): number {
    if (this.#unit === 'manifest') return this.at(index).lastPulledAtMs ?? Number.NaN
    this.#pulls ??= lastPulls(this.images, this.graph)
    return this.#pulls[index] ?? Number.NaN
  }
}
