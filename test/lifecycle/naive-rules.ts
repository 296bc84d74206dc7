import type { ImageTag, LifecycleImage } from '../../src/core/lifecycle/lifecycle-image.ts'
import type { Clock, LifecyclePolicy, LifecycleRule, Order } from '../../src/core/lifecycle/lifecycle-policy.ts'
import { compareSemver, parseSemver } from '../../src/core/semver.ts'
import type { NaiveRepository, TagOf } from './naive-repository.ts'

export interface Decision {
  readonly rule: LifecycleRule
  readonly hit: boolean
}

/** What the rules decide on the images and tags of a repository, one rule after the other. */
export class NaiveRules {
  readonly images = new Map<LifecycleImage, Decision>()
  readonly tags = new Map<ImageTag, Decision>()
  readonly #repository: NaiveRepository
  readonly #nowMs: number

  constructor({ rules }: LifecyclePolicy, repository: NaiveRepository, nowMs: number) {
    this.#repository = repository
    this.#nowMs = nowMs
    for (const rule of rules) {
      if (rule.action === 'untag') this.#decideTags(rule)
      else this.#decideImages(rule)
    }
  }

  #pushed(image: LifecycleImage): number {
    return Math.max(image.pushedAtMs, image.restoredAtMs ?? -1)
  }

  #clock(image: LifecycleImage, clock: Clock): number | undefined {
    switch (clock) {
      case 'pushed':
        return this.#pushed(image)
      case 'pulled': {
        const unit = this.#repository.unit === 'manifest' ? [image] : [...this.#repository.reach([image])]
        return Math.max(this.#pushed(image), ...unit.map(({ lastPulledAtMs }) => lastPulledAtMs ?? -1))
      }
      case 'archived':
        return image.archivedAtMs
      case 'untagged':
        if (image.tags.length > 0) return undefined
        return Math.max(this.#pushed(image), image.untaggedAtMs ?? -1)
      case 'tagged':
        return image.tags.map(({ setAtMs }) => setAtMs).sort((a, b) => b - a)[0]
    }
  }

  #isSelected(rule: LifecycleRule, image: LifecycleImage): boolean {
    const { storageClass, isTagged, tags, image: fits } = rule.selection
    return (
      (storageClass ?? image.storageClass) === image.storageClass &&
      (isTagged ?? image.tags.length > 0) === image.tags.length > 0 &&
      (tags === undefined || tags.fits(image.tags)) &&
      (fits === undefined || fits(image))
    )
  }

  /** Those of `things` that the rule hits, when they are all that it selects. */
  #hits<Thing>(rule: LifecycleRule, things: readonly Thing[], facts: Facts<Thing>): Thing[] {
    const { condition } = rule
    if (condition === undefined) return [...things]
    if ('since' in condition) {
      return things.filter((thing) => {
        const since = facts.clock(thing, condition.since)
        const isOld = since !== undefined && since < this.#nowMs - condition.ageMs
        return condition.type === 'older-than' ? isOld : since !== undefined && !isOld
      })
    }
    const counted = things.filter((thing) => facts.comesAt(thing, condition.order) !== undefined)
    const line = counted.sort((a, b) => compare(facts, condition.order, [a, b]))
    return condition.type === 'within' ? line.slice(0, condition.count) : line.slice(condition.count)
  }

  #decideImages(rule: LifecycleRule): void {
    const selected = this.#repository.asked().filter((image) => this.#isSelected(rule, image))
    const hits = this.#hits(rule, selected, {
      clock: (image, clock) => this.#clock(image, clock),
      comesAt: (image, order) =>
        order === 'semver' ? highest(image.tags.map(({ tag }) => tag)) : this.#clock(image, order),
      name: ({ digest }) => digest,
    }).filter(({ storageClass }) => rule.action !== 'archive' || storageClass === 'standard')
    for (const image of selected) {
      const hit = hits.includes(image)
      if (this.images.has(image) || (!hit && rule.rest === 'next')) continue
      this.images.set(image, { rule, hit: hit && rule.action !== 'keep' })
    }
  }

  #decideTags(rule: LifecycleRule): void {
    const selected = this.#repository
      .allTags()
      .filter(({ image, tag }) => this.#isSelected(rule, image) && (rule.selection.tag?.(tag.tag) ?? true))
    const clock = ({ image, tag }: TagOf, which: Clock) =>
      which === 'tagged' ? tag.setAtMs : this.#clock(image, which)
    const hits = this.#hits(rule, selected, {
      clock,
      comesAt: (one, order) => (order === 'semver' ? highest([one.tag.tag]) : clock(one, order)),
      name: ({ tag }) => tag.tag,
    })
    for (const one of selected) {
      const hit = hits.includes(one)
      const isKept = this.images.get(one.image)?.hit === false
      if (isKept || this.tags.has(one.tag) || (!hit && rule.rest === 'next')) continue
      this.tags.set(one.tag, { rule, hit })
    }
  }
}

interface Facts<Thing> {
  clock(thing: Thing, clock: Clock): number | undefined
  comesAt(thing: Thing, order: Order): number | string | undefined
  name(thing: Thing): string
}

function compare<Thing>(facts: Facts<Thing>, order: Order, [a, b]: [Thing, Thing]): number {
  const [left, right] = [facts.comesAt(a, order), facts.comesAt(b, order)]
  const difference = typeof left === 'number' ? Number(right) - left : compareTags(String(right), String(left))
  return difference !== 0 ? difference : facts.name(a) < facts.name(b) ? -1 : 1
}

function compareTags(a: string, b: string): number {
  const [left, right] = [parseSemver(a), parseSemver(b)]
  return left === undefined || right === undefined ? 0 : compareSemver(left, right)
}

/** Of tags that are versions. */
function highest(tags: readonly string[]): string | undefined {
  return tags.filter((tag) => parseSemver(tag) !== undefined).sort((a, b) => compareTags(b, a))[0]
}
