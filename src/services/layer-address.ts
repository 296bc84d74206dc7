import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Digest, isDigest } from '../core/digest.ts'
import { Refusal } from '../core/refusal.ts'
import { isRepositoryName, type RepositoryName } from '../core/repository-name.ts'
import type { Repository } from '../ports/metadata/repositories.ts'
import type { Services } from './context.ts'

/** How long an address that `GetDownloadUrlForLayer` gives can be used. */
export const LAYER_ADDRESS_LIFETIME_MS = 3_600_000

/** Longer than any token of ours: a name has 255 bytes, a digest 135. */
const LONGEST_TOKEN = 1024

/** What a download address grants: one blob of one repository, to whoever holds it, for an hour. */
export interface LayerGrant {
  readonly name: RepositoryName
  readonly digest: Digest
}

/** A token for one layer: payload and HMAC-SHA256 in base64url, joined by a dot. */
export function issueLayerToken(services: Services, repository: Repository, digest: Digest): string {
  const expiresAtMs = services.clock.nowMs() + LAYER_ADDRESS_LIFETIME_MS
  const payload = Buffer.from(JSON.stringify([repository.name, digest, expiresAtMs])).toString('base64url')
  return `${payload}.${mac(services.tokenKey, payload)}`
}

/** @throws {Refusal} `denied` for anything that we did not make or that has expired */
export function verifyLayerToken(services: Services, token: string): LayerGrant {
  const dot = token.indexOf('.')
  const payload = token.slice(0, Math.max(dot, 0))
  const given = Buffer.from(token.slice(dot + 1))
  const expected = Buffer.from(mac(services.tokenKey, payload))
  const genuine = token.length <= LONGEST_TOKEN && given.length === expected.length && timingSafeEqual(given, expected)
  if (!genuine) throw new Refusal('denied', 'This download address is not one of ours.')
  const [name, digest, expiresAtMs]: unknown[] = JSON.parse(Buffer.from(payload, 'base64url').toString())
  if (typeof expiresAtMs !== 'number' || expiresAtMs <= services.clock.nowMs()) {
    throw new Refusal('denied', 'This download address has expired; ask for another one.')
  }
  if (typeof name !== 'string' || !isRepositoryName(name) || typeof digest !== 'string' || !isDigest(digest)) {
    throw new Error('a layer token with our signature holds something else')
  }
  return { name, digest }
}

/** The prefix keeps a layer token from passing for any other text signed with the same key. */
function mac(key: Uint8Array, payload: string): string {
  return createHmac('sha256', key).update(`lading-layer\n${payload}`).digest('base64url')
}
