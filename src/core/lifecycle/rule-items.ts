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
  isSelected(item: number, selection: Selection): boolean
  /** NaN when the clock does not run for it. */
  clockMs(item: number, clock: Clock): number
  versionOf(item: number): Semver | undefined
  /** Between two that are equal by a window's order. */
  isFirstOfTie(a: number, b: number): boolean
  imageOf(item: number): LifecycleImage
}

/** The images that rules are asked about, by their places in the snapshot. */
export class ImageItems implements RuleItems {
  readonly size: number
  readonly #snapshot: Snapshot

  constructor(snapshot: Snapshot) {
    this.size = snapshot.size
    this.#snapshot = snapshot
  }

  forEach(visit: (item: number) => void): void {
    this.#snapshot.forEachAsked(visit)
  }

  isSelected(item: number, selection: Selection): boolean {
    return isImageSelected(this.imageOf(item), selection)
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
  /** A selection is asked about the image once, not for each of its tags, which it may look at all of. */
  #lastAsked: { readonly place: number; readonly selection: Selection; readonly isSelected: boolean } | undefined

  /** @param areAsked whether any rule is about tags; if not, there are none */
  constructor(snapshot: Snapshot, areAsked: boolean) {
    this.#images = new ImageItems(snapshot)
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

  isSelected(item: number, selection: Selection): boolean {
    return this.#isImageSelected(this.placeOf(item), selection) && selection.tag?.(this.tagOf(item).tag) !== false
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

  #isImageSelected(place: number, selection: Selection): boolean {
    const last = this.#lastAsked
    if (last?.place === place && last.selection === selection) return last.isSelected
    const isSelected = this.#images.isSelected(place, selection)
    this.#lastAsked = { place, selection, isSelected }
    return isSelected
  }
}

function isImageSelected(image: LifecycleImage, { storageClass, isTagged, tags, image: fits }: Selection): boolean {
  if (storageClass !== undefined && image.storageClass !== storageClass) return false
  if (isTagged !== undefined && image.tags.length > 0 !== isTagged) return false
  if (tags !== undefined && !tags(image.tags)) return false
  return fits === undefined || fits(image)
}

/** Only what is in the standard class can be archived: what is archived already, such a rule does not hit. */
export function canBeHit(image: LifecycleImage, { action }: LifecycleRule): boolean {
  return action !== 'archive' || image.storageClass === 'standard'
}
