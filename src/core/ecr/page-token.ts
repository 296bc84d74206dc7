import { Refusal } from '../refusal.ts'
import { isStorableText } from '../storable-text.ts'

/** Where the next page of a list begins, by the list's own key. */
export type PageKey = readonly (string | null)[]

const LONGEST_TOKEN = 2048

/**
 * An opaque `nextToken`: the list's name and the key after which the next page begins. It holds no secret and grants
 * nothing, so it is not signed.
 */
export function formatPageToken(list: string, key: PageKey): string {
  return Buffer.from(JSON.stringify([list, ...key])).toString('base64url')
}

/** @throws {Refusal} `page-invalid` for anything but what `formatPageToken` gives for this list */
export function parsePageToken(list: string, token: string, keyLength: number): PageKey {
  const [name, ...key] = decode(token)
  const fits = key.length === keyLength && key.every(isKeyPart)
  if (name !== list || !fits || formatPageToken(list, key) !== token) throw invalidPageToken()
  return key
}

function isKeyPart(part: unknown): part is string | null {
  return part === null || (typeof part === 'string' && isStorableText(part))
}

function decode(token: string): unknown[] {
  if (token.length > LONGEST_TOKEN) throw invalidPageToken()
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString())
    if (Array.isArray(value)) return value
  } catch {
    // Falls through to the one refusal that every bad token gets.
  }
  throw invalidPageToken()
}

export function invalidPageToken(): Refusal {
  return new Refusal(
    'page-invalid',
    "Invalid parameter at 'nextToken' failed to satisfy constraint: 'must be a nextToken of an earlier answer to the same call'",
  )
}
