import type { PlanVerdict } from '../../core/collection/judge-plan.ts'

export type RefusedPlan = PlanVerdict & { readonly plausible: false }

const MOST_REMEMBERED = 100_000

/**
 * What one run of the collector leaves for the next, in memory: a restart forgets it, and so asks for a confirmation
 * again and tries at once what had failed, both of which are safe.
 */
export class CollectionMemory {
  readonly #attempts = new Map<string, number>()
  #refused: RefusedPlan | undefined
  #isConfirmed = false

  /** The plan that waits for somebody to confirm it. */
  get refused(): RefusedPlan | undefined {
    return this.#refused
  }

  /** @returns whether this is news: the same refusal every minute is not */
  refuse(plan: RefusedPlan): boolean {
    const isNews = this.#refused === undefined
    this.#refused = plan
    return isNews
  }

  /** Lets the next run take whatever it finds. @returns false when nothing waits for it */
  confirm(): boolean {
    if (this.#refused === undefined) return false
    this.#refused = undefined
    this.#isConfirmed = true
    return true
  }

  /** Whether this run has been confirmed; asking uses the confirmation up. */
  takeConfirmation(): boolean {
    const isConfirmed = this.#isConfirmed
    this.#isConfirmed = false
    return isConfirmed
  }

  /** A plausible run came by: what was refused before has been dealt with in some other way. */
  forgetRefusal(): void {
    this.#refused = undefined
  }

  /** @returns how often in a row it has failed now */
  countFailure(key: string): number {
    const attempts = (this.#attempts.get(key) ?? 0) + 1
    if (this.#attempts.size >= MOST_REMEMBERED) this.#attempts.clear()
    this.#attempts.set(key, attempts)
    return attempts
  }

  forgetFailures(key: string): void {
    this.#attempts.delete(key)
  }
}
