const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 60_000
/** However short a token is said to last, nobody asks for the next one more often than this. */
const SHORTEST_REFRESH_MS = 10_000
/** The most that `setTimeout` can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1
const JITTER = 0.2

/**
 * How long to leave a token that was just issued: about half of its life, so that one missed refresh does no harm.
 *
 * @param lifetimeMs what it has left
 * @param chance from 0 to 1: spreads over a fifth of the time what was begun at once, for instance after a restart
 */
export function refreshAfterMs(lifetimeMs: number, chance: number): number {
  const spread = (lifetimeMs / 2) * (1 - JITTER * chance)
  return Math.min(LONGEST_TIMER_MS, Math.max(SHORTEST_REFRESH_MS, spread))
}

/**
 * How long to wait after `failures` in a row: a second, then twice as long each time, a minute at most, and down to
 * half of that by chance, so that an API that comes back is not met by all at once.
 */
export function retryAfterMs(failures: number, chance: number): number {
  const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 30))
  return longest * (1 - chance / 2)
}
