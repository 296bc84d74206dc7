/** How much longer than promised a lease is written. */
const WRITTEN_PER_PROMISED = 1.5

/**
 * Until when a promise given now is written to hold. It is written half as long again as it is promised, so that
 * whoever asks later can be told "yes" without a write for as long as `hasWholeTerm` says: however often something is
 * asked for, it is written twice per promised term at most.
 *
 * @param promisedMs what everybody who is told "yes" may rely on
 */
export function leaseEndMs(nowMs: number, promisedMs: number): number {
  return nowMs + Math.ceil(promisedMs * WRITTEN_PER_PROMISED)
}

/** Whether what is promised to somebody now is still left of what was written. */
export function hasWholeTerm(endMs: number, nowMs: number, promisedMs: number): boolean {
  return endMs - nowMs >= promisedMs
}
