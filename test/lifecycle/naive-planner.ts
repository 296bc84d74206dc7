import type { LifecycleImage } from '../../src/core/lifecycle/lifecycle-image.ts'
import type { LifecyclePlan, PlannedAction, RefusedAction } from '../../src/core/lifecycle/lifecycle-plan.ts'
import type { LifecyclePolicy } from '../../src/core/lifecycle/lifecycle-policy.ts'
import { NaiveRepository } from './naive-repository.ts'
import { NaiveRules } from './naive-rules.ts'

/**
 * A second planner, written from the comments of the types, ADR 5 and ecr.md 2.4 alone: it sorts, searches and walks the
 * whole repository again for every question, and shares nothing with the planner but the order of versions.
 */
export function naivePlan(policy: LifecyclePolicy, images: readonly LifecycleImage[], nowMs: number): LifecyclePlan {
  return new NaivePlanner(policy, images, nowMs).plan()
}

type Why = RefusedAction['why']
interface Going {
  readonly action: 'expire' | 'archive'
  readonly rule: number
  readonly root: LifecycleImage
}

class NaivePlanner {
  readonly #repository: NaiveRepository
  readonly #rules: NaiveRules
  readonly #going = new Map<LifecycleImage, Going>()
  readonly #refused: RefusedAction[] = []

  constructor(policy: LifecyclePolicy, images: readonly LifecycleImage[], nowMs: number) {
    this.#repository = new NaiveRepository(policy.unit, images)
    this.#rules = new NaiveRules(policy, this.#repository, nowMs)
  }

  plan(): LifecyclePlan {
    if (this.#repository.unit === 'manifest') this.#planManifests()
    else this.#planUnits()
    const actions: PlannedAction[] = []
    for (const { image, tag } of this.#repository.allTags()) {
      const decision = this.#rules.tags.get(tag)
      if (decision?.hit !== true || this.#going.get(image)?.action === 'expire') continue
      const place = { digest: image.digest, tag: tag.tag, rule: decision.rule.priority }
      if (image.isLocked === true || tag.isLocked === true) {
        this.#refused.push({ ...place, why: { code: 'locked', by: image.digest } })
      } else actions.push({ action: 'untag', ...place, because: undefined })
    }
    for (const [image, { action, rule, root }] of this.#going) {
      if (action === 'archive' && image.storageClass === 'archive') continue
      const as = this.#repository.parents(image).length > 0 ? 'child' : 'referrer'
      const because = root === image ? undefined : ({ of: root.digest, as } as const)
      actions.push({ action, digest: image.digest, rule, because })
    }
    return { actions, refused: this.#refused }
  }

  #hitImages(): [LifecycleImage, Going][] {
    return this.#repository.asked().flatMap((image): [LifecycleImage, Going][] => {
      const decision = this.#rules.images.get(image)
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
      if (root !== image && this.#repository.subjects(image).some((subject) => !this.#going.has(subject))) continue
      this.#refuse(image, rule, { code: 'held', by: this.#holders(image, action).map(({ digest }) => digest) })
    }
  }

  /** By digest. */
  #referrerTree(image: LifecycleImage): LifecycleImage[] {
    const tree = [image, ...this.#repository.referrers(image).flatMap((referrer) => this.#referrerTree(referrer))]
    return tree.sort((a, b) => (a.digest < b.digest ? -1 : 1))
  }

  #holders(image: LifecycleImage, action: Going['action']): LifecycleImage[] {
    return this.#repository.parents(image).filter((parent) => {
      const going = this.#going.get(parent)
      if (action === 'expire') return going?.action !== 'expire'
      return going === undefined && parent.storageClass === 'standard'
    })
  }

  #dropOne(): boolean {
    for (const [image, { action, root }] of this.#going) {
      const isHeld = !isDone(image, action) && this.#holders(image, action).length > 0
      const isLeft = root !== image && this.#repository.subjects(image).some((subject) => !this.#going.has(subject))
      if (isHeld || isLeft) return this.#going.delete(image)
    }
    return false
  }

  #planUnits(): void {
    const roots = this.#repository.asked()
    let hits = this.#hitImages()
    const would = this.#settle(hits)
    for (const [image, { action, rule }] of hits) {
      const locks = [...this.#repository.reach([image])].filter(
        (one) => isLocked(one) && would.get(one)?.action === action,
      )
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
      const kept = this.#repository.reach(stays)
      const holders = [...this.#repository.parents(image), ...this.#repository.subjects(image)].filter((holder) =>
        kept.has(holder),
      )
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
        for (const image of this.#repository.reach([root])) {
          if (!kept.has(image) && !settled.has(image)) settled.set(image, going)
        }
      }
      for (const [root, going] of hits) {
        if (going.action === action && settled.get(root)?.action === action) settled.set(root, going)
      }
    }
    take('expire', this.#repository.reach(this.#repository.asked().filter((root) => !isHit(root, 'expire'))))
    const staying = this.#repository
      .asked()
      .filter((root) => root.storageClass === 'standard' && !settled.has(root) && !isHit(root, 'archive'))
    take('archive', this.#repository.reach(staying))
    return settled
  }
}

function isLocked(image: LifecycleImage): boolean {
  return image.isLocked === true || image.tags.some((tag) => tag.isLocked === true)
}

function isDone(image: LifecycleImage, action: Going['action']): boolean {
  return action === 'archive' && image.storageClass === 'archive'
}
