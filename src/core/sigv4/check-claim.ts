import { Refusal } from '../refusal.ts'
import { signatureIncomplete } from './refusals.ts'
import type { SignatureClaim } from './signature-claim.ts'
import type { SignedRequest } from './signed-request.ts'

/** What an address expects of the requests that it takes. */
export interface ClaimExpectation {
  readonly services: readonly string[]
  /** The only region to sign for; undefined for services that answer in every region. */
  readonly region: string | undefined
  readonly presigned: 'allowed' | 'refused'
  /** Unix time in milliseconds. */
  readonly nowMs: number
}

const MOST_SKEW_MS = 5 * 60_000
/** AWS allows a week; a presigned call of ours proves who somebody is, so it is kept short. */
const LONGEST_PRESIGNED_SECONDS = 900

/**
 * Everything that can be said against a claim without its body or its secret (iam.md 2.1): cheap, so it comes before
 * the body is read.
 *
 * @throws {Refusal} `signature-incomplete`; `signature-mismatch` for a time too far from ours
 */
export function checkClaim(request: SignedRequest, claim: SignatureClaim, expected: ClaimExpectation): void {
  if (request.path !== '/') throw signatureIncomplete("the only path of this API is '/'")
  if (claim.expiresSeconds !== undefined && expected.presigned === 'refused') {
    throw signatureIncomplete('this call must be signed by header, not by query')
  }
  checkScope(claim, expected)
  checkSignedHeaders(request, claim)
  checkTime(claim, expected.nowMs)
}

function checkScope(claim: SignatureClaim, expected: ClaimExpectation): void {
  if (!expected.services.includes(claim.service)) {
    throw signatureIncomplete(`Credential should be scoped to correct service: '${expected.services.join("' or '")}'`)
  }
  if (expected.region !== undefined && claim.region !== expected.region) {
    throw signatureIncomplete(`Credential should be scoped to a valid region: '${expected.region}'`)
  }
}

/** A header that is not signed can be changed on the way, so none that changes the meaning may be left out. */
function checkSignedHeaders(request: SignedRequest, claim: SignatureClaim): void {
  const signed = new Set(claim.signedHeaders)
  for (const name of claim.signedHeaders) {
    if (!request.headers.has(name)) throw signatureIncomplete(`the signed header '${name}' did not arrive`)
  }
  if (!signed.has('host')) throw signatureIncomplete("the header 'host' must be signed")
  for (const name of request.headers.keys()) {
    const meaningful = name.startsWith('x-amz-') || name === 'content-type'
    if (meaningful && !signed.has(name)) throw signatureIncomplete(`the header '${name}' must be signed`)
  }
}

function checkTime(claim: SignatureClaim, nowMs: number): void {
  const signedAtMs = parseTimestamp(claim.timestamp)
  if (!claim.timestamp.startsWith(claim.day)) {
    throw signatureIncomplete(`Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date`)
  }
  const lifetimeMs = claim.expiresSeconds === undefined ? MOST_SKEW_MS : presignedMs(claim.expiresSeconds)
  const now = formatTimestamp(nowMs)
  if (signedAtMs + lifetimeMs < nowMs) throw outOfTime(`Signature expired: ${claim.timestamp} is too far before ${now}`)
  if (signedAtMs - MOST_SKEW_MS > nowMs)
    throw outOfTime(`Signature not yet current: ${claim.timestamp} is still later than ${now}`)
}

function presignedMs(expiresSeconds: number): number {
  if (expiresSeconds > LONGEST_PRESIGNED_SECONDS) {
    throw signatureIncomplete(`X-Amz-Expires must be at most ${LONGEST_PRESIGNED_SECONDS} seconds`)
  }
  return expiresSeconds * 1000
}

/** As AWS has it: clients that see this error correct their clock by our Date header and try again. */
function outOfTime(message: string): Refusal {
  return new Refusal('signature-mismatch', `${message}. Check the clock of the computer that signed.`)
}

function parseTimestamp(text: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (match === null) throw signatureIncomplete('x-amz-date must be YYYYMMDDTHHMMSSZ')
  const [, year, month, day, hour, minute, second] = match.map(Number)
  const atMs = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second)
  // Date.UTC rolls the 31st of February over; such a text is not a date.
  if (formatTimestamp(atMs) !== text) throw signatureIncomplete('x-amz-date is not a date')
  return atMs
}

function formatTimestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '')
}
