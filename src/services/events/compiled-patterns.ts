import type { EventBridgeEvent } from '../../core/events/event-bridge.ts'
import { compileEventPattern, type EventPattern } from '../../core/events/event-pattern.ts'
import { Refusal } from '../../core/refusal.ts'

const MOST_KEPT = 1000

/** Patterns that were put some time ago, compiled once. */
export class CompiledPatterns {
  readonly #compiled = new Map<string, EventPattern | undefined>()

  /** @param text undefined for every event */
  fits(text: string | undefined, event: EventBridgeEvent): boolean {
    if (text === undefined) return true
    return this.#find(text)?.matches({ ...event }) ?? true
  }

  #find(text: string): EventPattern | undefined {
    if (this.#compiled.has(text)) return this.#compiled.get(text)
    if (this.#compiled.size >= MOST_KEPT) this.#compiled.clear()
    const pattern = compileOr(text)
    this.#compiled.set(text, pattern)
    return pattern
  }
}

/** Undefined for one that another release took and this one does not: rather too many events than none. */
function compileOr(text: string): EventPattern | undefined {
  try {
    return compileEventPattern(text)
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}
