import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Services } from '../context.ts'
import type { KeyUse } from './installation-keys.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16
/** `k1.<key id>.<nonce, ciphertext and tag in base64url>`. */
const SEALED = /^k1\.([0-9a-f]{8})\.([A-Za-z0-9_-]+)$/

/** What a text is sealed for, and what it belongs to: opening it takes both again. */
export interface Sealing {
  readonly use: KeyUse
  readonly binding: string
}

/**
 * Encrypts a text so that only this installation opens it, and only for what it was sealed for (AES-256-GCM). Nonces are
 * random: two in 2^32 texts under one key are the same with a chance of 2^-32 (NIST SP 800-38D, 8.3).
 */
export function sealText({ keys, ids }: Pick<Services, 'keys' | 'ids'>, sealing: Sealing, text: string): string {
  const { keyId, key } = keys.current(sealing.use)
  const nonce = ids.nonce()
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(sealing.binding))
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return `k1.${keyId}.${sealed.toString('base64url')}`
}

/** @returns undefined for anything that `sealText` did not make for this use and binding with one of the keys */
export function openText({ keys }: Pick<Services, 'keys'>, sealing: Sealing, sealed: string): string | undefined {
  const [, keyId = '', encoded = ''] = SEALED.exec(sealed) ?? []
  const bytes = Buffer.from(encoded, 'base64url')
  const key = keys.find(sealing.use, keyId)?.key
  // One spelling of every value: Node's decoder passes over what is left at the end.
  if (key === undefined || bytes.toString('base64url') !== encoded) return undefined
  if (bytes.byteLength < NONCE_BYTES + TAG_BYTES) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(sealing.binding)).setAuthTag(bytes.subarray(-TAG_BYTES))
  try {
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
    return Buffer.concat([text, decipher.final()]).toString()
  } catch {
    return undefined
  }
}
