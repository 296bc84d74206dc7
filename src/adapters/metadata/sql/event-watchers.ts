/** Who wants to know at once when events have been recorded. */
export class EventWatchers {
  readonly #listeners: (() => void)[] = []

  watch(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** To be called when events of a transaction can just be seen by others. */
  tell(hasEvents: boolean): void {
    if (!hasEvents) return
    for (const listener of this.#listeners) listener()
  }
}
