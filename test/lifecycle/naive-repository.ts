import type { ImageTag, LifecycleImage } from '../../src/core/lifecycle/lifecycle-image.ts'
import type { LifecyclePolicy } from '../../src/core/lifecycle/lifecycle-policy.ts'

export interface TagOf {
  readonly image: LifecycleImage
  readonly tag: ImageTag
}

const ACCESSORY = /^(sha256|sha512)-([0-9a-f]{64})(?:\.sig|\.att|\.sbom)?$/

/** How the images hang together, searched for in the whole repository at every question. */
export class NaiveRepository {
  readonly unit: LifecyclePolicy['unit']
  /** By digest. */
  readonly images: readonly LifecycleImage[]

  constructor(unit: LifecyclePolicy['unit'], images: readonly LifecycleImage[]) {
    this.unit = unit
    this.images = images.toSorted((a, b) => (a.digest < b.digest ? -1 : 1))
  }

  find(digest: string): LifecycleImage | undefined {
    return this.images.find((image) => image.digest === digest)
  }

  children(image: LifecycleImage): LifecycleImage[] {
    return this.images.filter((other) => other !== image && image.children.includes(other.digest))
  }

  parents(image: LifecycleImage): LifecycleImage[] {
    return this.images.filter((other) => this.children(other).includes(image))
  }

  #accessorySubjects(image: LifecycleImage): LifecycleImage[] {
    if (this.unit === 'manifest') return []
    const subjects = image.tags.map(({ tag }) => {
      const [, algorithm, hex] = ACCESSORY.exec(tag) ?? []
      return this.images.find(({ digest }) => hex !== undefined && digest.startsWith(`${algorithm}:${hex}`))
    })
    return subjects.flatMap((subject) => (subject === undefined || subject === image ? [] : [subject]))
  }

  #isAccessory(image: LifecycleImage): boolean {
    return image.tags.length > 0 && this.#accessorySubjects(image).length === image.tags.length
  }

  subjects(image: LifecycleImage): LifecycleImage[] {
    const named = image.subject === undefined ? undefined : this.find(image.subject)
    const subjects = named === undefined || named === image ? [] : [named]
    return this.#isAccessory(image) ? [...subjects, ...this.#accessorySubjects(image)] : subjects
  }

  referrers(image: LifecycleImage): LifecycleImage[] {
    return this.images.filter((other) => this.subjects(other).includes(image))
  }

  reach(from: readonly LifecycleImage[]): Set<LifecycleImage> {
    const reached = new Set<LifecycleImage>()
    const visit = (image: LifecycleImage) => {
      if (reached.has(image)) return
      reached.add(image)
      for (const next of [...this.children(image), ...this.referrers(image)]) visit(next)
    }
    from.forEach(visit)
    return reached
  }

  asked(): LifecycleImage[] {
    if (this.unit === 'manifest') return this.images.filter((image) => this.subjects(image).length === 0)
    const roots = this.images.filter((image) => {
      if (image.tags.length > 0 && !this.#isAccessory(image)) return true
      return this.parents(image).length === 0 && this.subjects(image).length === 0
    })
    const reached = this.reach(roots)
    return [...roots, ...this.images.filter((image) => !reached.has(image))].sort((a, b) =>
      a.digest < b.digest ? -1 : 1,
    )
  }

  allTags(): TagOf[] {
    return this.asked().flatMap((image) => image.tags.map((tag) => ({ image, tag })))
  }
}
