import { imageAt, type LifecycleImage } from './lifecycle-image.ts'

/** Slots that are looked at before the overflow is. */
const FARTHEST = 16
const TAIL = 8

/**
 * Where in a list of images a digest is. A `Map` would hash all 71 characters; the last eight are as good as a hash, and
 * whoever makes many digests end alike only fills the overflow.
 */
export class DigestTable {
  readonly #images: readonly LifecycleImage[]
  /** One more than the place of an image; 0: free. At most half of it is taken. */
  readonly #slots: Int32Array
  /** What each taken slot was found by, so that no other image has to be looked at. */
  readonly #hashes: Int32Array
  readonly #overflow = new Map<string, number>()

  constructor(images: readonly LifecycleImage[]) {
    this.#images = images
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * images.length + 2)))
    this.#hashes = new Int32Array(this.#slots.length)
    for (let index = 0; index < images.length; index++) this.#add(imageAt(images, index).digest, index)
  }

  /** -1 when it is not in the list. */
  find(digest: string): number {
    const start = tailOf(digest)
    for (let step = 0; step < FARTHEST; step++) {
      const slot = (start + step) & (this.#slots.length - 1)
      const index = (this.#slots[slot] ?? 0) - 1
      if (index === -1 || (this.#hashes[slot] === start && this.#images[index]?.digest === digest)) return index
    }
    return this.#overflow.get(digest) ?? -1
  }

  #add(digest: string, index: number): void {
    const start = tailOf(digest)
    for (let step = 0; step < FARTHEST; step++) {
      const slot = (start + step) & (this.#slots.length - 1)
      if (this.#slots[slot] !== 0) continue
      this.#slots[slot] = index + 1
      this.#hashes[slot] = start
      return
    }
    this.#overflow.set(digest, index)
  }
}

function tailOf(digest: string): number {
  let hash = 0
  for (let at = digest.length - TAIL; at < digest.length; at++) hash = Math.imul(hash, 33) + digest.charCodeAt(at)
  return hash ^ (hash >>> 15)
}
