import { createHash, timingSafeEqual } from 'node:crypto'
import type { Principal } from '../core/principal.ts'
import { Refusal } from '../core/refusal.ts'
import type { Services } from './context.ts'
import { unknownCredential, verifyToken } from './token.ts'

const LONGEST_HEADER = 16_384

/**
 * Who an `Authorization: Basic` header speaks for: `AWS` with an authorization token, or an access key id with its
 * secret. Every request pays for this, so it does one HMAC and no more.
 *
 * @throws {Refusal} `unauthenticated` without a usable header, `credential-unknown`, `credential-expired`
 */
export async function authenticateBasic(services: Services, header: string | null): Promise<Principal> {
  const { user, password } = parseBasic(header)
  if (user === 'AWS') return await verifyToken(services, password)
  return await verifySecret(services, user, password)
}

function parseBasic(header: string | null): { user: string; password: string } {
  if (header === null || header.length > LONGEST_HEADER || header.slice(0, 6).toLowerCase() !== 'basic ') {
    throw notAuthorized()
  }
  const decoded = Buffer.from(header.slice(6).trim(), 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  // skopeo sends an empty name and password when it has none: that is nobody.
  if (colon <= 0) throw notAuthorized()
  return { user: decoded.slice(0, colon), password: decoded.slice(colon + 1) }
}

async function verifySecret(services: Services, accessKeyId: string, secret: string): Promise<Principal> {
  const key = await services.credentials.find(accessKeyId)
  const same = equalText(secret, key?.secretAccessKey ?? '')
  if (key === undefined || !same) throw unknownCredential()
  return key.principal
}

/** Compares hashes, so that neither the length nor the place of the first difference shows in the time. */
function equalText(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(a), hash(b))
}

function notAuthorized(): Refusal {
  return new Refusal('unauthenticated', 'Not Authorized')
}
