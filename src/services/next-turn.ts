/**
 * Lets everything else that is ready have its turn. A store that answers from memory or from SQLite never really
 * waits, so a loop over many of its answers would otherwise keep all other requests waiting.
 */
export async function nextTurn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve))
}
