import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import type { ChainHead } from './chain.ts'

/** "At this time the chain of this account stood here": what is signed. */
export interface CheckpointStatement extends ChainHead {
  readonly account: string
  /** Unix time in milliseconds. */
  readonly atMs: number
  readonly installation: string
  /** Of the key that signed it. */
  readonly keyId: string
}

export interface SignedCheckpoint {
  readonly checkpoint: CheckpointStatement
  /** Ed25519 (RFC 8032) in base64url. */
  readonly signature: string
}

/** Signs checkpoints; everybody who has its public key can check them, and nothing else can be done with that. */
export interface CheckpointSigner {
  readonly keyId: string
  /** The public key as PEM (RFC 7468, SubjectPublicKeyInfo). */
  readonly publicKeyPem: string
  /** The same as short text: `ed25519:` and 43 characters. */
  readonly publicKeyText: string
  sign(statement: Omit<CheckpointStatement, 'keyId'>): SignedCheckpoint
}

const SEED_BYTES = 32
/** PKCS #8 (RFC 8410 section 7) around a seed, and SubjectPublicKeyInfo (section 4) around a public key. */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const PURPOSE = 'lading-audit-checkpoint-v1\n'
export const SHORT_KEY_PREFIX = 'ed25519:'

/**
 * @param seed 32 secret bytes, used for nothing else; the same seed gives the same key
 * @throws {RangeError} for a seed of another length
 */
export function checkpointSigner(seed: Uint8Array): CheckpointSigner {
  if (seed.byteLength !== SEED_BYTES) throw new RangeError(`a seed has ${SEED_BYTES} bytes, got ${seed.byteLength}`)
  const key = createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(key)
  const raw = rawPublicKey(publicKey)
  const keyId = keyIdOf(raw)
  return {
    keyId,
    publicKeyPem: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    publicKeyText: `${SHORT_KEY_PREFIX}${raw.toString('base64url')}`,
    sign(statement) {
      const checkpoint = { ...statement, keyId }
      return { checkpoint, signature: sign(null, signedBytes(checkpoint), key).toString('base64url') }
    },
  }
}

/** Whether this very key made the signature. Any text may be given as one. */
export function isSignedBy({ checkpoint, signature }: SignedCheckpoint, key: KeyObject): boolean {
  const bytes = Buffer.from(signature, 'base64url')
  // base64 has several spellings of one value, and a line of an export has one.
  if (bytes.toString('base64url') !== signature) return false
  return verify(null, signedBytes(checkpoint), key, bytes)
}

/** Every member by name: what else an object may carry is not signed. */
function signedBytes({ account, atMs, hash, installation, keyId, sequence }: CheckpointStatement): Buffer {
  return Buffer.from(`${PURPOSE}${canonicalJson({ account, atMs, hash, installation, keyId, sequence })}`)
}

/** @param raw the public key's 32 bytes */
export function publicKeyFrom(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, raw]), format: 'der', type: 'spki' })
}

export function rawPublicKey(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(PUBLIC_PREFIX.length)
}

/** The first 16 hexadecimal digits of the SHA-256 of the public key. */
export function keyIdOf(raw: Uint8Array): string {
  return createHash('sha256').update(raw).digest('hex').slice(0, 16)
}
