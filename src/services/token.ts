import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Principal } from '../core/principal.ts'
import { Refusal } from '../core/refusal.ts'
import type { Services } from './context.ts'

/** How long an authorization token lasts: ECR's 12 hours. */
export const TOKEN_LIFETIME_MS = 12 * 3_600_000

/** Longer than any token of ours; what is longer is refused unread. */
const LONGEST_TOKEN = 4096
const VERSION = 'v1'

/**
 * A password for `docker login`: version, payload and HMAC-SHA256 in base64url, joined by dots. It names the access
 * key it was made with, so it dies with the key; it holds no `:`, at which clients split (ecr.md fact 4).
 */
export function issueToken(services: Services, principal: Principal, expiresAtMs: number): string {
  if (principal.kind === 'anonymous') throw new Refusal('unauthenticated', 'An anonymous caller has no token.')
  const payload = JSON.stringify({ k: principal.accessKeyId, e: Math.floor(expiresAtMs / 1000) })
  const signed = `${VERSION}.${Buffer.from(payload).toString('base64url')}`
  return `${signed}.${mac(services.tokenKey, signed)}`
}

/** @throws {Refusal} `credential-unknown` for anything we did not make; `credential-expired` */
export async function verifyToken(services: Services, token: string): Promise<Principal> {
  const payload = parseSigned(services.tokenKey, token)
  const key = await services.credentials.find(payload.k)
  if (key === undefined) throw unknownCredential()
  if (payload.e * 1000 <= services.clock.nowMs()) {
    throw new Refusal('credential-expired', 'Your authorization token has expired. Reauthenticate and try again.')
  }
  return key.principal
}

/** One sentence for every credential that is not good, so that nothing can be probed with it. */
export function unknownCredential(): Refusal {
  return new Refusal('credential-unknown', 'The user name or the password is not valid.')
}

function parseSigned(key: Uint8Array, token: string): { k: string; e: number } {
  if (token.length > LONGEST_TOKEN) throw unknownCredential()
  const dot = token.lastIndexOf('.')
  const signed = token.slice(0, Math.max(dot, 0))
  const given = Buffer.from(token.slice(dot + 1))
  const expected = Buffer.from(mac(key, signed))
  // Comparing the text, not the decoded bytes: base64 has several spellings of one value.
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw unknownCredential()
  if (!signed.startsWith(`${VERSION}.`)) throw unknownCredential()
  // What carries our MAC was written by issueToken, so it has its shape.
  return JSON.parse(Buffer.from(signed.slice(VERSION.length + 1), 'base64url').toString()) as { k: string; e: number }
}

function mac(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(`lading-token\n${text}`).digest('base64url')
}
