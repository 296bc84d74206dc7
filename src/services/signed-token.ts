import { createHmac, timingSafeEqual } from 'node:crypto'

/** What a token is for. It is signed too, so that a token for one thing never passes for another. */
export type TokenPurpose = 'authorization' | 'layer'

/** What a token says, under names of a letter or two: it goes with every request. */
export type TokenClaims = Readonly<Record<string, unknown>>

/** Longer than any token of ours; what is longer is refused unread. */
const LONGEST_TOKEN = 4096
const VERSION = 'v1'

/**
 * Version, claims and HMAC-SHA256 in base64url, joined by dots: it can stand in a path, and holds no `:`, at which
 * clients split passwords (ecr.md fact 4). Anybody can read the claims.
 */
export function signToken(key: Uint8Array, purpose: TokenPurpose, claims: TokenClaims): string {
  const signed = `${VERSION}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
  return `${signed}.${mac(key, purpose, signed)}`
}

/** @returns the claims; undefined for anything that was not signed with this key for this purpose */
export function openToken(key: Uint8Array, purpose: TokenPurpose, token: string): TokenClaims | undefined {
  if (token.length > LONGEST_TOKEN) return undefined
  const dot = token.lastIndexOf('.')
  const signed = token.slice(0, Math.max(dot, 0))
  const given = Buffer.from(token.slice(dot + 1))
  const expected = Buffer.from(mac(key, purpose, signed))
  // Comparing the text, not the decoded bytes: base64 has several spellings of one value.
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  // What carries our MAC was written by signToken, so it is JSON of an object.
  return JSON.parse(Buffer.from(signed.slice(VERSION.length + 1), 'base64url').toString())
}

/** What carries our signature was written by us, so claims of another shape are a bug. */
export function unlikeOurs(purpose: TokenPurpose): Error {
  return new Error(`a token for ${purpose} with our signature holds something else`)
}

function mac(key: Uint8Array, purpose: TokenPurpose, signed: string): string {
  return createHmac('sha256', key).update(`lading-${purpose}\n${signed}`).digest('base64url')
}
