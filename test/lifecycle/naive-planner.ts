import type { ImageTag, LifecycleImage } from '../../src/core/lifecycle/lifecycle-image.ts'
import type { LifecyclePlan, PlannedAction, RefusedAction } from '../../src/core/lifecycle/lifecycle-plan.ts'
import type { Clock, LifecyclePolicy, LifecycleRule, Order } from '../../src/core/lifecycle/lifecycle-policy.ts'
import { compareSemver, parseSemver } from '../../src/core/semver.ts'

/**
 * A second planner, written from the comments of the types, ADR 5 and ecr.md 2.4 alone: it sorts, searches and walks the
 * whole repository again for every question, and shares nothing with the planner but the order of versions.
 */
export function naivePlan(policy: LifecyclePolicy, images: readonly LifecycleImage[], nowMs: number): LifecyclePlan {
  return new NaivePlanner(policy, images, nowMs).plan()
}

type Why = RefusedAction['why']
interface Decision {
  readonly rule: LifecycleRule
  readonly hit: boolean
}
interface Going {
  readonly action: 'expire' | 'archive'
  readonly rule: number
  readonly root: LifecycleImage
}
interface TagOf {
  readonly image: LifecycleImage
  readonly tag: ImageTag
}

const ACCESSORY = /^(sha256|sha512)-([0-9a-f]{64})(?:\.sig|\.att|\.sbom)?$/

class NaivePlanner {
  readonly #policy: LifecyclePolicy
  readonly #images: readonly LifecycleImage[]
  readonly #nowMs: number
  readonly #decisions = new Map<LifecycleImage, Decision>()
  readonly #tagDecisions = new Map<ImageTag, Decision>()
  readonly #going = new Map<LifecycleImage, Going>()
  readonly #refused: RefusedAction[] = []

  constructor(policy: LifecyclePolicy, images: readonly LifecycleImage[], nowMs: number) {
    this.#policy = policy
    this.#images = images.toSorted((a, b) => (a.digest < b.digest ? -1 : 1))
    this.#nowMs = nowMs
  }

  plan(): LifecyclePlan {
    this.#decide()
    if (this.#policy.unit === 'manifest') this.#planManifests()
    else this.#planUnits()
    const actions: PlannedAction[] = []
    for (const { image, tag } of this.#allTags()) {
      const decision = this.#tagDecisions.get(tag)
      if (decision?.hit !== true || this.#going.get(image)?.action === 'expire') continue
      const place = { digest: image.digest, tag: tag.tag, rule: decision.rule.priority }
      if (image.isLocked === true || tag.isLocked === true) {
        this.#refused.push({ ...place, why: { code: 'locked', by: image.digest } })
      } else actions.push({ action: 'untag', ...place, because: undefined })
    }
    for (const [image, { action, rule, root }] of this.#going) {
      if (action === 'archive' && image.storageClass === 'archive') continue
      const as = this.#parents(image).length > 0 ? 'child' : 'referrer'
      const because = root === image ? undefined : ({ of: root.digest, as } as const)
      actions.push({ action, digest: image.digest, rule, because })
    }
    return { actions, refused: this.#refused }
  }

  // the repository

  #find(digest: string): LifecycleImage | undefined {
    return this.#images.find((image) => image.digest === digest)
  }

  #children(image: LifecycleImage): LifecycleImage[] {
    return this.#images.filter((other) => other !== image && image.children.includes(other.digest))
  }

  #parents(image: LifecycleImage): LifecycleImage[] {
    return this.#images.filter((other) => this.#children(other).includes(image))
  }

  #accessorySubjects(image: LifecycleImage): LifecycleImage[] {
    if (this.#policy.unit === 'manifest') return []
    const subjects = image.tags.map(({ tag }) => {
      const [, algorithm, hex] = ACCESSORY.exec(tag) ?? []
      return this.#images.find(({ digest }) => hex !== undefined && digest.startsWith(`${algorithm}:${hex}`))
    })
    return subjects.flatMap((subject) => (subject === undefined || subject === image ? [] : [subject]))
  }

  #isAccessory(image: LifecycleImage): boolean {
    return image.tags.length > 0 && this.#accessorySubjects(image).length === image.tags.length
  }

  #subjects(image: LifecycleImage): LifecycleImage[] {
    const named = image.subject === undefined ? undefined : this.#find(image.subject)
    const subjects = named === undefined || named === image ? [] : [named]
    return this.#isAccessory(image) ? [...subjects, ...this.#accessorySubjects(image)] : subjects
  }

  #referrers(image: LifecycleImage): LifecycleImage[] {
    return this.#images.filter((other) => this.#subjects(other).includes(image))
  }

  #reach(from: readonly LifecycleImage[]): Set<LifecycleImage> {
    const reached = new Set<LifecycleImage>()
    const visit = (image: LifecycleImage) => {
      if (reached.has(image)) return
      reached.add(image)
      for (const next of [...this.#children(image), ...this.#referrers(image)]) visit(next)
    }
    from.forEach(visit)
    return reached
  }

  #asked(): LifecycleImage[] {
    if (this.#policy.unit === 'manifest') return this.#images.filter((image) => this.#subjects(image).length === 0)
    const roots = this.#images.filter((image) => {
      if (image.tags.length > 0 && !this.#isAccessory(image)) return true
      return this.#parents(image).length === 0 && this.#subjects(image).length === 0
    })
    const reached = this.#reach(roots)
    return [...roots, ...this.#images.filter((image) => !reached.has(image))].sort((a, b) =>
      a.digest < b.digest ? -1 : 1,
    )
  }

  #allTags(): TagOf[] {
    return this.#asked().flatMap((image) => image.tags.map((tag) => ({ image, tag })))
  }

  // what the rules say

  #pushed(image: LifecycleImage): number {
    return Math.max(image.pushedAtMs, image.restoredAtMs ?? -1)
  }

  #clock(image: LifecycleImage, clock: Clock): number | undefined {
    switch (clock) {
      case 'pushed':
        return this.#pushed(image)
      case 'pulled': {
        const unit = this.#policy.unit === 'manifest' ? [image] : [...this.#reach([image])]
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
      (tags === undefined || tags(image.tags)) &&
      (fits === undefined || fits(image))
    )
  }

  /** Those of `things` that the rule hits, when they are all that it selects. */
  #hits<Thing>(rule: LifecycleRule, things: readonly Thing[], facts: Facts<Thing>): Thing[] {
    const { condition } = rule
    if (condition === undefined) return [...things]
    if (condition.type === 'older-than') {
      return things.filter((thing) => {
        const since = facts.clock(thing, condition.since)
        return since !== undefined && since < this.#nowMs - condition.ageMs
      })
    }
    const counted = things.filter((thing) => facts.comesAt(thing, condition.order) !== undefined)
    return counted.sort((a, b) => compare(facts, condition.order, [a, b])).slice(condition.count)
  }

  #decide(): void {
    for (const rule of this.#policy.rules) {
      if (rule.action === 'untag') this.#decideTags(rule)
      else this.#decideImages(rule)
    }
  }

  #decideImages(rule: LifecycleRule): void {
    const selected = this.#asked().filter((image) => this.#isSelected(rule, image))
    const hits = this.#hits(rule, selected, {
      clock: (image, clock) => this.#clock(image, clock),
      comesAt: (image, order) =>
        order === 'semver' ? highest(image.tags.map(({ tag }) => tag)) : this.#clock(image, order),
      name: ({ digest }) => digest,
    }).filter(({ storageClass }) => rule.action !== 'archive' || storageClass === 'standard')
    for (const image of selected) {
      const hit = hits.includes(image)
      if (this.#decisions.has(image) || (!hit && rule.rest === 'next')) continue
      this.#decisions.set(image, { rule, hit: hit && rule.action !== 'keep' })
    }
  }

  #decideTags(rule: LifecycleRule): void {
    const selected = this.#allTags().filter(
      ({ image, tag }) => this.#isSelected(rule, image) && (rule.selection.tag?.(tag.tag) ?? true),
    )
    const clock = ({ image, tag }: TagOf, which: Clock) =>
      which === 'tagged' ? tag.setAtMs : this.#clock(image, which)
    const hits = this.#hits(rule, selected, {
      clock,
      comesAt: (one, order) => (order === 'semver' ? highest([one.tag.tag]) : clock(one, order)),
      name: ({ tag }) => tag.tag,
    })
    for (const one of selected) {
      const hit = hits.includes(one)
      const isKept = this.#decisions.get(one.image)?.hit === false
      if (isKept || this.#tagDecisions.has(one.tag) || (!hit && rule.rest === 'next')) continue
      this.#tagDecisions.set(one.tag, { rule, hit })
    }
  }

  // what can go

  #hitImages(): [LifecycleImage, Going][] {
    return this.#asked().flatMap((image): [LifecycleImage, Going][] => {
      const decision = this.#decisions.get(image)
      if (decision?.hit !== true) return []
      const action = decision.rule.action === 'archive' ? 'archive' : 'expire'
      return [[image, { action, rule: decision.rule.priority, root: image }]]
    })
  }

  #refuse(image: LifecycleImage, rule: number, why: Why): void {
    this.#refused.push({ digest: image.digest, rule, why })
  }

  #planManifests(): void {
    for (const [image, going] of this.#hitImages()) {
      const tree = this.#referrerTree(image)
      const lock = isLocked(image) ? image : tree.filter(isLocked)[0]
      if (lock !== undefined) this.#refuse(image, going.rule, { code: 'locked', by: lock.digest })
      else for (const member of tree) this.#going.set(member, going)
    }
    const wanted = new Map(this.#going)
    while (this.#dropOne()) {}
    for (const [image, { action, rule, root }] of wanted) {
      if (this.#going.has(image) || isDone(image, action)) continue
      if (root !== image && this.#subjects(image).some((subject) => !this.#going.has(subject))) continue
      this.#refuse(image, rule, { code: 'held', by: this.#holders(image, action).map(({ digest }) => digest) })
    }
  }

  /** By digest. */
  #referrerTree(image: LifecycleImage): LifecycleImage[] {
    const tree = [image, ...this.#referrers(image).flatMap((referrer) => this.#referrerTree(referrer))]
    return tree.sort((a, b) => (a.digest < b.digest ? -1 : 1))
  }

  #holders(image: LifecycleImage, action: Going['action']): LifecycleImage[] {
    return this.#parents(image).filter((parent) => {
      const going = this.#going.get(parent)
      if (action === 'expire') return going?.action !== 'expire'
      return going === undefined && parent.storageClass === 'standard'
    })
  }

  #dropOne(): boolean {
    for (const [image, { action, root }] of this.#going) {
      const isHeld = !isDone(image, action) && this.#holders(image, action).length > 0
      const isLeft = root !== image && this.#subjects(image).some((subject) => !this.#going.has(subject))
      if (isHeld || isLeft) return this.#going.delete(image)
    }
    return false
  }

  #planUnits(): void {
    const roots = this.#asked()
    let hits = this.#hitImages()
    const would = this.#settle(hits)
    for (const [image, { action, rule }] of hits) {
      const locks = [...this.#reach([image])].filter((one) => isLocked(one) && would.get(one)?.action === action)
      const taken = locks.filter((one) => !isDone(one, action)).sort((a, b) => (a.digest < b.digest ? -1 : 1))
      const lock = isLocked(image) ? image : taken[0]
      if (lock !== undefined) this.#refuse(image, rule, { code: 'locked', by: lock.digest })
      if (lock !== undefined) hits = hits.filter(([hit]) => hit !== image)
    }
    const settled = this.#settle(hits)
    for (const [image, { action, rule }] of hits) {
      if (settled.get(image)?.action === action) continue
      const stays = roots.filter((root) =>
        action === 'expire'
          ? !hits.some(([hit, going]) => hit === root && going.action === 'expire')
          : root.storageClass === 'standard' &&
            settled.get(root)?.action !== 'expire' &&
            !hits.some(([hit, going]) => hit === root && going.action === 'archive'),
      )
      const kept = this.#reach(stays)
      const holders = [...this.#parents(image), ...this.#subjects(image)].filter((holder) => kept.has(holder))
      const by = [...new Set(holders.map(({ digest }) => digest))].sort()
      this.#refuse(image, rule, { code: 'held', by })
    }
    for (const [image, going] of settled) this.#going.set(image, going)
  }

  /** What these roots reach, without what a root reaches that stays. */
  #settle(hits: readonly [LifecycleImage, Going][]): Map<LifecycleImage, Going> {
    const settled = new Map<LifecycleImage, Going>()
    const isHit = (root: LifecycleImage, action: Going['action']) =>
      hits.some(([hit, going]) => hit === root && going.action === action)
    const take = (action: Going['action'], kept: ReadonlySet<LifecycleImage>) => {
      for (const [root, going] of hits) {
        if (going.action !== action || kept.has(root)) continue
        for (const image of this.#reach([root])) {
          if (!kept.has(image) && !settled.has(image)) settled.set(image, going)
        }
      }
      for (const [root, going] of hits) {
        if (going.action === action && settled.get(root)?.action === action) settled.set(root, going)
      }
    }
    take('expire', this.#reach(this.#asked().filter((root) => !isHit(root, 'expire'))))
    const staying = this.#asked().filter(
      (root) => root.storageClass === 'standard' && !settled.has(root) && !isHit(root, 'archive'),
    )
    take('archive', this.#reach(staying))
    return settled
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

function isLocked(image: LifecycleImage): boolean {
  return image.isLocked === true || image.tags.some((tag) => tag.isLocked === true)
}

function isDone(image: LifecycleImage, action: Going['action']): boolean {
  return action === 'archive' && image.storageClass === 'archive'
}
