import type { LifecycleRule } from './lifecycle-policy.ts'
import type { Standing } from './rule-standing.ts'

const OPEN = 0
const HIT = 1
const KEPT = 2

/** What was decided on each of a list of items, and by which rule; `keep` rules and the `rest` of others decide to keep. */
export class Verdicts {
  readonly #rules: readonly LifecycleRule[]
  readonly #states: Uint8Array
  readonly #places: Int32Array

  constructor(rules: readonly LifecycleRule[], items: number) {
    this.#rules = rules
    this.#states = new Uint8Array(items)
    this.#places = new Int32Array(items)
  }

  isOpen(item: number): boolean {
    return this.#states[item] === OPEN
  }

  isHit(item: number): boolean {
    return this.#states[item] === HIT
  }

  isKept(item: number): boolean {
    return this.#states[item] === KEPT
  }

  /** The rule that decided; undefined while none has. */
  ruleOf(item: number): LifecycleRule | undefined {
    return this.isOpen(item) ? undefined : this.#rules[this.#places[item] ?? 0]
  }

  /** @param place of the rule, in the policy */
  note(item: number, place: number, standing: Standing): void {
    if (standing === 'out') return
    const rule = this.#rules[place]
    if (standing === 'rest' && rule?.rest !== 'keep') return
    this.#states[item] = standing === 'hit' && rule?.action !== 'keep' ? HIT : KEPT
    this.#places[item] = place
  }
}
