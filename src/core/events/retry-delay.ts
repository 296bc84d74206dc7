const FIRST_MS = 2000
const LONGEST_MS = 3_600_000
/** A receiver may ask for more than our own pauses, but not for ever. */
const LONGEST_ASKED_MS = 24 * 3_600_000
const JITTER = 0.25

/**
 * How long to wait before a delivery is tried again: 2 s, 4 s and so on up to an hour, and what the receiver asks for if
 * that is longer.
 *
 * @param attempts how many have failed, at least 1
 * @param random at least 0 and below 1: up to a quarter is added or taken off, so that many do not come back at once
 * @param askedMs what `Retry-After` said
 */
export function retryDelayMs(attempts: number, random: number, askedMs = 0): number {
  const pauseMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempts - 1, 30))
  const spreadMs = pauseMs * (1 - JITTER + 2 * JITTER * random)
  return Math.round(Math.max(Math.min(LONGEST_MS, spreadMs), Math.min(askedMs, LONGEST_ASKED_MS)))
}

/** Reads `Retry-After` (RFC 9110 10.2.3): seconds or a date. @returns milliseconds; undefined for what is neither */
export function parseRetryAfter(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined || text.length > 64) return undefined
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * 1000
  const atMs = /^[A-Z][a-z]{2}/.test(text.trim()) ? Date.parse(text) : Number.NaN
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs)
}
