import { compareSemver, type Semver } from '../semver.ts'
import type { AgeCondition, LifecycleRule, Order, WindowCondition } from './lifecycle-policy.ts'
import { canBeHit, type RuleItems } from './rule-items.ts'
import { Window } from './window.ts'

/** What a rule, by itself, makes of an item: hit; selected, and no more; or not even that. */
export type Standing = 'hit' | 'rest' | 'out'

/** Looks at all items once where the rule has a window, which counts the whole snapshot. */
export function standingsOf(items: RuleItems, rule: LifecycleRule, nowMs: number): (item: number) => Standing {
  const { selection, condition } = rule
  if (condition !== undefined && 'order' in condition) return windowStandings(items, rule, condition)
  const isSelected = items.selector(selection)
  const fits = condition === undefined ? () => true : ageTest(items, condition, nowMs)
  return (item) => {
    if (!isSelected(item)) return 'out'
    return fits(item) && canBeHit(items, item, rule) ? 'hit' : 'rest'
  }
}

/** Where the clock does not run the age is NaN, which is neither more than anything nor less. */
function ageTest(items: RuleItems, { type, ageMs, since }: AgeCondition, nowMs: number): (item: number) => boolean {
  return type === 'older-than'
    ? (item) => nowMs - items.clockMs(item, since) > ageMs
    : (item) => nowMs - items.clockMs(item, since) <= ageMs
}

function windowStandings(
  items: RuleItems,
  rule: LifecycleRule,
  { type, count, order }: WindowCondition,
): (item: number) => Standing {
  const line = new Line(items, rule, order)
  const window = new Window(count, items.size, (a, b) => line.comesBefore(a, b))
  items.forEach((item) => {
    if (line.isCounted(item)) window.offer(item)
  })
  return (item) => {
    if (!line.isSelected(item)) return 'out'
    const fits = line.isCounted(item) && window.isBeyond(item) === (type === 'beyond')
    return fits && canBeHit(items, item, rule) ? 'hit' : 'rest'
  }
}

const NOT_SELECTED = Number.NaN
const NOT_COUNTED = Number.NEGATIVE_INFINITY

/** What a window counts, in its order. */
export class Line {
  readonly #items: RuleItems
  readonly #keys: Float64Array
  readonly #versions: (Semver | undefined)[] | undefined

  constructor(items: RuleItems, { selection }: LifecycleRule, order: Order) {
    this.#items = items
    this.#keys = new Float64Array(items.size).fill(NOT_SELECTED)
    this.#versions = order === 'semver' ? [] : undefined
    const isSelected = items.selector(selection)
    items.forEach((item) => {
      if (isSelected(item)) this.#keys[item] = this.#keyOf(item, order)
    })
  }

  isSelected(item: number): boolean {
    return !Number.isNaN(this.#key(item))
  }

  /** What has no place in the order, such as a tag that is no version, is selected and not counted. */
  isCounted(item: number): boolean {
    return this.#key(item) > NOT_COUNTED
  }

  comesBefore(a: number, b: number): boolean {
    const order = this.#versions === undefined ? this.#key(a) - this.#key(b) : this.#compareVersions(a, b)
    return order === 0 ? this.#items.isFirstOfTie(a, b) : order > 0
  }

  /** From 1. */
  positionOf(item: number): number {
    let position = 1
    this.#items.forEach((other) => {
      if (other !== item && this.isCounted(other) && this.comesBefore(other, item)) position++
    })
    return position
  }

  #key(item: number): number {
    return this.#keys[item] ?? NOT_SELECTED
  }

  #keyOf(item: number, order: Order): number {
    if (order !== 'semver') {
      const clockMs = this.#items.clockMs(item, order)
      return Number.isNaN(clockMs) ? NOT_COUNTED : clockMs
    }
    const version = this.#items.versionOf(item)
    if (version === undefined || this.#versions === undefined) return NOT_COUNTED
    this.#versions[item] = version
    return 0
  }

  #compareVersions(a: number, b: number): number {
    const [left, right] = [this.#versions?.[a], this.#versions?.[b]]
    return left === undefined || right === undefined ? 0 : compareSemver(left, right)
  }
}
