import type { LifecycleImage } from './lifecycle-image.ts'
import type { LifecyclePolicy, LifecycleRule, Selection } from './lifecycle-policy.ts'

/** What is done in one step: so many tags take milliseconds each of the largest policies. */
const FEW_TAGS = 8

/**
 * Which images and tags a policy's rules select, found out image by image. A policy may have thousands of patterns, so that
 * this takes milliseconds for a tag, while all else that a plan takes is a microsecond for an image: whoever lets others
 * have their turn does it in between.
 */
export class KnownMatches {
  /** The same policy, which looks up what is known and finds out the rest. */
  readonly policy: LifecyclePolicy
  readonly #images: readonly LifecycleImage[]
  readonly #rules: readonly RuleMatches[]
  readonly #imagePlaces = new Map<LifecycleImage, number>()
  readonly #tagPlaces = new Map<string, number>()

  constructor(policy: LifecyclePolicy, images: readonly LifecycleImage[]) {
    const tags = images.reduce((sum, image) => sum + image.tags.length, 0)
    const all = policy.rules.map((rule) => ({ rule, images: new Bits(images.length), tags: new Bits(tags) }))
    this.#images = images
    this.#rules = all.filter(({ rule: { selection } }) => asksImages(selection) || selection.tag !== undefined)
    this.policy = { ...policy, rules: all.map((each) => this.#knowing(each)) }
  }

  /** Finds it out, with a step for each image and for each tag of one that has many. What is left off is not known. */
  *steps(): Generator<void, void> {
    if (this.#rules.length === 0) return
    for (const [place, image] of this.#images.entries()) {
      const hasMany = image.tags.length > FEW_TAGS
      const places = image.tags.map(({ tag }, index) => {
        return [tag, this.#tagPlaces.get(tag) ?? this.#tagPlaces.size + index] as const
      })
      for (const { rule, images, tags } of this.#rules) {
        const { selection } = rule
        if (asksImages(selection)) {
          const isSelected = hasMany ? yield* fitsInSteps(selection, image) : fits(selection, image)
          if (isSelected) images.set(place)
        }
        if (selection.tag === undefined) continue
        for (const [tag, tagPlace] of places) {
          if (selection.tag(tag)) tags.set(tagPlace)
          if (hasMany) yield
        }
      }
      this.#imagePlaces.set(image, place)
      for (const [tag, tagPlace] of places) this.#tagPlaces.set(tag, tagPlace)
      yield
    }
  }

  #knowing({ rule, images, tags }: RuleMatches): LifecycleRule {
    const { selection } = rule
    const { tag: fitsTag } = selection
    const image = (asked: LifecycleImage) => {
      const place = this.#imagePlaces.get(asked)
      return place === undefined ? fits(selection, asked) : images.has(place)
    }
    const tag = (asked: string) => {
      const place = this.#tagPlaces.get(asked)
      return place === undefined ? fitsTag?.(asked) !== false : tags.has(place)
    }
    const known = {
      ...selection,
      ...(asksImages(selection) && { tags: undefined, image }),
      ...(fitsTag !== undefined && { tag }),
    }
    return { ...rule, selection: known }
  }
}

interface RuleMatches {
  readonly rule: LifecycleRule
  readonly images: Bits
  readonly tags: Bits
}

function asksImages({ tags, image }: Selection): boolean {
  return tags !== undefined || image !== undefined
}

function fits({ tags, image: fitsImage }: Selection, image: LifecycleImage): boolean {
  return tags?.fits(image.tags) !== false && fitsImage?.(image) !== false
}

function* fitsInSteps({ tags, image: fitsImage }: Selection, image: LifecycleImage): Generator<void, boolean> {
  if (tags !== undefined && !(yield* tags.inSteps(image.tags))) return false
  return fitsImage?.(image) !== false
}

class Bits {
  readonly #size: number
  #bytes: Uint8Array | undefined

  constructor(size: number) {
    this.#size = size
  }

  set(place: number): void {
    this.#bytes ??= new Uint8Array(Math.ceil(this.#size / 8))
    const byte = place >> 3
    this.#bytes[byte] = (this.#bytes[byte] ?? 0) | (1 << (place & 7))
  }

  has(place: number): boolean {
    return ((this.#bytes?.[place >> 3] ?? 0) & (1 << (place & 7))) !== 0
  }
}
