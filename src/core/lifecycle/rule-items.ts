import { compareSemver, parseSemver, type Semver } from '../semver.ts'
import { imageClockMs } from './clocks.ts'
import { type ImageTag, imageAt, type LifecycleImage } from './lifecycle-image.ts'
import type { Clock, LifecycleRule, Selection } from './lifecycle-policy.ts'
import type { Snapshot } from './snapshot.ts'

/** What rules decide on, numbered: images, or tags for the rules about tags. */
export interface RuleItems {
  /** Above every number. */
  readonly size: number
  forEach(visit: (item: number) => void): void
  /** Whether a selection fits an item. */
  selector(selection: Selection): (item: number) => boolean
  /** NaN when the clock does not run for it. */
  clockMs(item: number, clock: Clock): number
  versionOf(item: number): Semver | undefined
  /** Between two that are equal by a window's order. */
  isFirstOfTie(a: number, b: number): boolean
  imageOf(item: number): LifecycleImage
}

const WORD_BITS = 32

/** The images that rules are asked about, by their places in the snapshot. */
export class ImageItems implements RuleItems {
  readonly size: number
  readonly #snapshot: Snapshot
  readonly #selections: readonly Selection[]
  /** A bit for each selection. */
  readonly #words: readonly Int32Array[]

  /**
   * @param selections what will be asked for: all of it is found out image by image, as going through a large repository
   *   for each rule takes longer than the rules do
   */
  constructor(snapshot: Snapshot, selections: readonly Selection[]) {
    this.size = snapshot.size
    this.#snapshot = snapshot
    this.#selections = selections
    const words = Math.ceil(selections.length / WORD_BITS)
    this.#words = Array.from({ length: words }, () => new Int32Array(snapshot.size))
    snapshot.forEachAsked((index, image) => {
      for (const [place, selection] of selections.entries()) {
        const word = this.#words[Math.floor(place / WORD_BITS)]
        if (word !== undefined && isImageSelected(image, selection)) word[index] = (word[index] ?? 0) | (1 << place)
      }
    })
  }

  forEach(visit: (item: number) => void): void {
    this.#snapshot.forEachAsked(visit)
  }

  selector(selection: Selection): (item: number) => boolean {
    const place = this.#selections.indexOf(selection)
    const word = this.#words[Math.floor(place / WORD_BITS)]
    if (word === undefined) throw new RangeError('a selection that was not announced')
    const bit = 1 << place
    return (item) => ((word[item] ?? 0) & bit) !== 0
  }

  clockMs(item: number, clock: Clock): number {
    const pulledAtMs = clock === 'pulled' ? this.#snapshot.pulledAtMs(item) : Number.NaN
    return imageClockMs(this.imageOf(item), clock, pulledAtMs)
  }

  /** The highest of its tags'. */
  versionOf(item: number): Semver | undefined {
    let highest: Semver | undefined
    for (const { tag } of this.imageOf(item).tags) {
      const version = parseSemver(tag)
      if (version === undefined) continue
      if (highest === undefined || compareSemver(version, highest) > 0) highest = version
    }
    return highest
  }

  isFirstOfTie(a: number, b: number): boolean {
    return this.imageOf(a).digest < this.imageOf(b).digest
  }

  imageOf(item: number): LifecycleImage {
    return imageAt(this.#snapshot.images, item)
  }
}

/** The tags of those images, one after the other, those of one image together. */
export class TagItems implements RuleItems {
  readonly size: number
  readonly #images: ImageItems
  readonly #tags: ImageTag[] = []
  readonly #places: number[] = []
  /** @param areAsked whether any rule is about tags; if not, there are none */
  constructor(snapshot: Snapshot, images: ImageItems, areAsked: boolean) {
    this.#images = images
    if (areAsked) this.#collect(snapshot)
    this.size = this.#tags.length
  }

  #collect(snapshot: Snapshot): void {
    snapshot.forEachAsked((place, { tags }) => {
      for (const tag of tags) {
        this.#tags.push(tag)
        this.#places.push(place)
      }
    })
  }

  forEach(visit: (item: number) => void): void {
    for (let item = 0; item < this.size; item++) visit(item)
  }

  selector(selection: Selection): (item: number) => boolean {
    const isImageSelected = this.#images.selector(selection)
    const fits = selection.tag ?? (() => true)
    return (item) => isImageSelected(this.placeOf(item)) && fits(this.tagOf(item).tag)
  }

  clockMs(item: number, clock: Clock): number {
    return clock === 'tagged' ? this.tagOf(item).setAtMs : this.#images.clockMs(this.placeOf(item), clock)
  }

  versionOf(item: number): Semver | undefined {
    return parseSemver(this.tagOf(item).tag)
  }

  isFirstOfTie(a: number, b: number): boolean {
    return this.tagOf(a).tag < this.tagOf(b).tag
  }

  imageOf(item: number): LifecycleImage {
    return this.#images.imageOf(this.placeOf(item))
  }

  /** Of its image, in the snapshot. */
  placeOf(item: number): number {
    return this.#places[item] ?? 0
  }

  tagOf(item: number): ImageTag {
    const tag = this.#tags[item]
    if (tag === undefined) throw new RangeError(`no tag at ${item} of ${this.size}`)
    return tag
  }
}

function isImageSelected(image: LifecycleImage, { storageClass, isTagged, tags, image: fits }: Selection): boolean {
  if (storageClass !== undefined && image.storageClass !== storageClass) return false
  if (isTagged !== undefined && image.tags.length > 0 !== isTagged) return false
  if (tags !== undefined && !tags.fits(image.tags)) return false
  return fits === undefined || fits(image)
}

/** Only what is in the standard class can be archived: what is archived already, such a rule does not hit. */
export function canBeHit(items: RuleItems, item: number, { action }: LifecycleRule): boolean {
  return action !== 'archive' || items.imageOf(item).storageClass === 'standard'
}
