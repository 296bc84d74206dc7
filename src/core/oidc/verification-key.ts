import { createPublicKey, type KeyObject } from 'node:crypto'
import { decodeBase64Url } from './base64url.ts'
import { isSignatureAlgorithm, type SignatureAlgorithm, traitsOf } from './signature-algorithms.ts'

/** A public key of a provider, ready for use: with its import a verification takes ten microseconds more. */
export interface VerificationKey {
  readonly keyId: string | undefined
  /** Undefined for RSA alone. */
  readonly curve: string | undefined
  /** The one algorithm that the key is for, when it says so. */
  readonly algorithm: SignatureAlgorithm | undefined
  readonly key: KeyObject
}

/** Members of a JSON Web Key (RFC 7517), whatever they hold. */
export type KeyMembers = Readonly<Record<string, unknown>>

/** Why a key is none; the message says what was expected, and holds no member of the key. */
export class UnusableKey extends Error {
  override readonly name = 'UnusableKey'
}

/** RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1. */
const SECRET_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
const LONGEST_KEY_ID = 256
const FEWEST_MODULUS_BITS = 2048
/** Beyond that a verification takes milliseconds, and whoever registers a provider chooses its keys. */
const MOST_MODULUS_BITS = 8192
const MOST_EXPONENT_BYTES = 4
const CURVE_BYTES: Readonly<Record<string, number>> = { 'P-256': 32, 'P-384': 48, 'P-521': 66, Ed25519: 32 }

/**
 * The members that a public key is made of, all others left out; good to be stored.
 *
 * @throws {UnusableKey} for secret keys, keys for something else than signatures, RSA under 2048 bits, unknown curves
 */
export function publicMembersOf(members: KeyMembers): KeyMembers {
  if (SECRET_MEMBERS.some((name) => Object.hasOwn(members, name))) {
    throw new UnusableKey('expected a public key, got one with secret members')
  }
  checkPurpose(members)
  return { ...keyIdOf(members), ...algorithmOf(members), ...materialOf(members) }
}

/** @throws {UnusableKey} */
export function importKey(members: KeyMembers): VerificationKey {
  const checked = publicMembersOf(members)
  const { crv, kid, alg } = checked
  try {
    return {
      // `publicMembersOf` lets only these through.
      keyId: kid as string | undefined,
      curve: crv as string | undefined,
      algorithm: alg as SignatureAlgorithm | undefined,
      key: createPublicKey({ key: checked, format: 'jwk' }),
    }
  } catch (cause) {
    throw new UnusableKey('expected a key of its curve or modulus', { cause })
  }
}

function checkPurpose({ use, key_ops: operations }: KeyMembers): void {
  if (use !== undefined && use !== 'sig') throw new UnusableKey('expected "use" to be "sig"')
  if (operations === undefined) return
  if (!Array.isArray(operations) || !operations.includes('verify')) {
    throw new UnusableKey('expected "key_ops" to have "verify" in it')
  }
}

function keyIdOf({ kid }: KeyMembers): KeyMembers {
  if (kid === undefined) return {}
  if (typeof kid !== 'string' || kid.length > LONGEST_KEY_ID) {
    throw new UnusableKey(`expected "kid" to be a text of at most ${LONGEST_KEY_ID} characters`)
  }
  return { kid }
}

function algorithmOf({ alg, kty, crv }: KeyMembers): KeyMembers {
  if (alg === undefined) return {}
  if (!isSignatureAlgorithm(alg)) throw new UnusableKey('expected "alg" to be an algorithm for public signatures')
  const { keyType, curve } = traitsOf(alg)
  if (kty !== keyType || (curve !== undefined && crv !== curve)) {
    throw new UnusableKey('expected "alg" to be for keys of its type')
  }
  return { alg }
}

function materialOf(members: KeyMembers): KeyMembers {
  const { kty, crv } = members
  switch (kty) {
    case 'RSA':
      return rsaMaterialOf(members)
    case 'EC':
      if (typeof crv !== 'string' || !/^P-(?:256|384|521)$/.test(crv)) {
        throw new UnusableKey('expected the curve P-256, P-384 or P-521')
      }
      return { kty, crv, x: coordinate(members, 'x', crv), y: coordinate(members, 'y', crv) }
    case 'OKP':
      if (crv !== 'Ed25519') throw new UnusableKey('expected the curve Ed25519')
      return { kty, crv, x: coordinate(members, 'x', crv) }
    default:
      throw new UnusableKey('expected "kty" to be RSA, EC or OKP')
  }
}

function rsaMaterialOf({ kty, n, e }: KeyMembers): KeyMembers {
  const modulus = typeof n === 'string' ? decodeBase64Url(n) : undefined
  const exponent = typeof e === 'string' ? decodeBase64Url(e) : undefined
  if (modulus === undefined || exponent === undefined) throw new UnusableKey('expected "n" and "e" in base64url')
  const bits = bitsOf(modulus)
  if (bits < FEWEST_MODULUS_BITS || bits > MOST_MODULUS_BITS) {
    throw new UnusableKey(`expected an RSA key of ${FEWEST_MODULUS_BITS} to ${MOST_MODULUS_BITS} bits`)
  }
  // With an exponent of 1 every text is its own signature.
  const odd = ((exponent.at(-1) ?? 0) & 1) === 1
  if (exponent.length > MOST_EXPONENT_BYTES || !odd || bitsOf(exponent) < 2) {
    throw new UnusableKey(`expected an odd exponent of at least 3 and at most ${MOST_EXPONENT_BYTES} bytes`)
  }
  return { kty, n, e }
}

/** Of an unsigned number, the highest byte first. */
function bitsOf(bytes: Uint8Array): number {
  const first = bytes.findIndex((byte) => byte !== 0)
  return first < 0 ? 0 : (bytes.length - first) * 8 - Math.clz32(bytes[first] ?? 0) + 24
}

function coordinate(members: KeyMembers, name: 'x' | 'y', curve: string): string {
  const text = members[name]
  const bytes = typeof text === 'string' ? decodeBase64Url(text) : undefined
  if (typeof text !== 'string' || bytes?.length !== CURVE_BYTES[curve]) {
    throw new UnusableKey(`expected "${name}" to be ${CURVE_BYTES[curve]} bytes in base64url`)
  }
  return text
}
