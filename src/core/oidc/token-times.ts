import type { JsonObject } from '../strict-json.ts'
import { tokenExpired, tokenInvalid, tokenRejected } from './refusals.ts'

/** Unix time in milliseconds. */
export interface TokenTimes {
  readonly issuedAtMs: number
  readonly expiresAtMs: number
}

/** How far the issuer's clock may be from ours. */
const MOST_SKEW_MS = 60_000
/** 31 December 9999 in seconds: what dates can be written of. */
const LAST_SECOND = 253_402_300_799

/**
 * Checks when a token is good (RFC 7519 sections 4.1.4 to 4.1.6; OpenID Connect Core section 2 requires `exp` and `iat`).
 * How long it may be good at most is the issuer's business.
 *
 * @throws {Refusal} `identity-token-invalid` for times that are none, `credential-expired`, `identity-token-rejected` for
 *   a token of the future
 */
export function checkTokenTimes(claims: JsonObject, nowMs: number): TokenTimes {
  const expiresAtMs = requireTime(claims, 'exp')
  const issuedAtMs = requireTime(claims, 'iat')
  const notBeforeMs = claims.nbf === undefined ? issuedAtMs : requireTime(claims, 'nbf')
  if (nowMs >= expiresAtMs + MOST_SKEW_MS) throw tokenExpired(nowMs, expiresAtMs)
  if (Math.max(notBeforeMs, issuedAtMs) > nowMs + MOST_SKEW_MS) {
    throw tokenRejected(
      `The identity token is not valid yet: current date/time ${Math.floor(nowMs / 1000)} is before its "nbf" or "iat".`,
    )
  }
  return { issuedAtMs, expiresAtMs }
}

/** Seconds, with a fraction if the issuer likes (RFC 7519 section 2, NumericDate). */
function requireTime(claims: JsonObject, name: 'exp' | 'iat' | 'nbf'): number {
  const seconds = claims[name]
  if (typeof seconds !== 'number' || seconds < 0 || seconds > LAST_SECOND) {
    throw tokenInvalid(`The identity token must have "${name}", as a number of seconds since 1970.`)
  }
  return Math.floor(seconds * 1000)
}
