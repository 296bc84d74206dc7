import type { DigestTable } from './digest-table.ts'
import type { LifecycleImage } from './lifecycle-image.ts'

/** As much of a sha512 digest as a tag has room for: its name, a colon, and half of its digits. */
const HALF = 'sha512:'.length + 64

/** Where in a list of images the subjects of accessory tags are, by what such a tag says of a digest. */
export class AccessorySubjects {
  readonly #images: readonly LifecycleImage[]
  readonly #table: DigestTable
  #halves: ReadonlyMap<string, number> | undefined

  /** @param table of `images` */
  constructor(images: readonly LifecycleImage[], table: DigestTable) {
    this.#images = images
    this.#table = table
  }

  /**
   * @param start as `accessorySubject` gives it: all of a sha256 digest, or half of a sha512 one
   * @returns -1 when there is none
   */
  find(start: string): number {
    if (!start.startsWith('sha512:')) return this.#table.find(start)
    this.#halves ??= halvesOf(this.#images)
    return this.#halves.get(start) ?? -1
  }
}

/** Of two that begin alike the first by digest, whatever their order here. */
function halvesOf(images: readonly LifecycleImage[]): ReadonlyMap<string, number> {
  const halves = new Map<string, number>()
  for (const [index, { digest }] of images.entries()) {
    if (!digest.startsWith('sha512:')) continue
    const half = digest.slice(0, HALF)
    const other = images[halves.get(half) ?? -1]
    if (other === undefined || digest < other.digest) halves.set(half, index)
  }
  return halves
}
