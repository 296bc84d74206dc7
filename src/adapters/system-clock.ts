import type { Clock } from '../ports/clock.ts'

/** The machine's own clock. */
export class SystemClock implements Clock {
  nowMs(): number {
    return Date.now()
  }
}
