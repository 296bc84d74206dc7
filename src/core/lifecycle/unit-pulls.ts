import { imageAt, type LifecycleImage } from './lifecycle-image.ts'
import type { ManifestGraph } from './manifest-graph.ts'

/**
 * For each manifest the last pull of any that it reaches, itself among them; NaN when none is known. The latest pull is
 * handed up first, to whoever has none yet, so that each manifest is passed once.
 */
export function lastPulls(images: readonly LifecycleImage[], { parents, subjects }: ManifestGraph): Float64Array {
  const pulls = Float64Array.from(images, ({ lastPulledAtMs }) => lastPulledAtMs ?? Number.NaN)
  const pulledAt = (index: number) => imageAt(images, index).lastPulledAtMs ?? Number.NEGATIVE_INFINITY
  const givers = Int32Array.from(images.keys()).filter(
    (index) => (parents.has(index) || subjects.has(index)) && !Number.isNaN(pulls[index]),
  )
  const done = new Uint8Array(images.length)
  for (const giver of givers.sort((a, b) => pulledAt(b) - pulledAt(a))) {
    const pending = [giver]
    for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
      if (done[index] === 1) continue
      done[index] = 1
      pulls[index] = Math.max(pulledAt(giver), pulledAt(index))
      const handUp = (holder: number) => pending.push(holder)
      parents.forEach(index, handUp)
      subjects.forEach(index, handUp)
    }
  }
  return pulls
}
