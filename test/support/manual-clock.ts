import type { Clock } from '../../src/ports/clock.ts'

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #nowMs: number

  /** @param nowMs where it starts; by default a round moment in 2026 */
  constructor(nowMs: number = Date.UTC(2026, 0, 1)) {
    this.#nowMs = nowMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  set(nowMs: number): void {
    this.#nowMs = nowMs
  }

  advance(byMs: number): void {
    this.#nowMs += byMs
  }
}
