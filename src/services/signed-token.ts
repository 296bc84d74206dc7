import { createHmac, timingSafeEqual } from 'node:crypto'
import type { InstallationKeys } from './identity/installation-keys.ts'

/** What a token is for. Each has a key of its own, so that a token for one thing never passes for another. */
export type TokenPurpose = 'authorization tokens' | 'download addresses'

/** What a token says, under names of a letter or two: it goes with every request. */
export type TokenClaims = Readonly<Record<string, unknown>>

/** Longer than any token of ours; what is longer is refused unread. */
export const LONGEST_TOKEN = 11_000
/** Version, the id of the key, claims and HMAC-SHA256. */
const TOKEN = /^(v1\.([0-9a-f]{8})\.([A-Za-z0-9_-]+))\.([A-Za-z0-9_-]{43})$/

/**
 * Claims and their HMAC in base64url, joined by dots: it can stand in a path, and holds no `:`, at which clients split
 * passwords (ecr.md fact 4). Anybody can read the claims.
 */
export function signToken(keys: InstallationKeys, purpose: TokenPurpose, claims: TokenClaims): string {
  const { keyId, key } = keys.current(purpose)
  const signed = `v1.${keyId}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
  return `${signed}.${mac(key, signed).toString('base64url')}`
}

/** @returns the claims; undefined for anything that was not signed with one of these keys for this purpose */
export function openToken(keys: InstallationKeys, purpose: TokenPurpose, token: string): TokenClaims | undefined {
  if (token.length > LONGEST_TOKEN) return undefined
  const [, signed = '', keyId = '', claims = '', given = ''] = TOKEN.exec(token) ?? []
  const key = keys.find(purpose, keyId)?.key
  if (key === undefined) return undefined
  // Comparing the text, not the decoded bytes: base64 has several spellings of one value.
  const expected = Buffer.from(mac(key, signed).toString('base64url'))
  if (!timingSafeEqual(Buffer.from(given), expected)) return undefined
  // What carries our MAC was written by signToken, so it is JSON of an object.
  return JSON.parse(Buffer.from(claims, 'base64url').toString())
}

/** What carries our signature was written by us, so claims of another shape are a bug. */
export function unlikeOurs(purpose: TokenPurpose): Error {
  return new Error(`a token for ${purpose} with our signature holds something else`)
}

function mac(key: Uint8Array, signed: string): Buffer {
  return createHmac('sha256', key).update(signed).digest()
}
