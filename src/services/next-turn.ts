/**
 * Lets everything else that is ready have its turn. A store that answers from memory or from SQLite never really
 * waits, so a loop over many of its answers would otherwise keep all other requests waiting.
 */
export async function nextTurn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve))
}

/** The result of long work that yields where others may have their turn. */
export async function inTurns<Result>(steps: Generator<void, Result>, signal?: AbortSignal): Promise<Result> {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    signal?.throwIfAborted()
    await nextTurn()
  }
}
