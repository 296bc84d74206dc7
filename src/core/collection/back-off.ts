const FIRST_MS = 60_000
const LONGEST_MS = 24 * 3_600_000

/**
 * How long to leave something alone that has failed `attempts` times in a row: a minute, then twice as long each
 * time, a day at most. Without chance in it: the collector is alone with its candidates.
 */
export function backOffMs(attempts: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempts - 1, 30))
}
