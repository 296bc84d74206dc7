import { Refusal } from '../refusal.ts'
import { type JsonValue, parseStrictJson, StrictJsonError } from '../strict-json.ts'
import { importKey, type KeyMembers, publicMembersOf, UnusableKey, type VerificationKey } from './verification-key.ts'

const MOST_UPLOADED = 20
const LONGEST_UPLOAD_BYTES = 128 * 1024
/** Of one issuer; the largest that we know of has ten. */
const MOST_FETCHED = 50

/**
 * Keys that somebody uploads for a provider: a JSON Web Key Set, or its list of keys alone. What is no public member of
 * a key is left out of the result.
 *
 * @returns 1 to 20 keys, each of them good for signatures
 * @throws {Refusal} `parameter-invalid`, saying which key is not good and why; secret members are never repeated
 */
export function parseUploadedKeys(text: string): KeyMembers[] {
  const keys = keysIn(parseUpload(text))
  if (keys === undefined || keys.length === 0 || keys.length > MOST_UPLOADED) {
    throw keysInvalid(`expected {"keys": […]} or a list, of 1 to ${MOST_UPLOADED} keys`)
  }
  return keys.map((key, index) => uploadedKey(key, index + 1))
}

/**
 * The keys in a set that an issuer publishes. Those that are not for signatures, or not of a kind that is known here, are
 * passed over, as RFC 7517 section 5 asks; so are those whose secret members are published with them.
 *
 * @returns at most 50; undefined for what is no set of keys
 */
export function importPublishedKeys(document: JsonValue): VerificationKey[] | undefined {
  const keys = isObject(document) ? keysIn(document) : undefined
  return keys?.slice(0, MOST_FETCHED).flatMap((key) => attemptImport(key) ?? [])
}

function attemptImport(key: JsonValue): VerificationKey | undefined {
  if (!isObject(key)) return undefined
  try {
    return importKey(key)
  } catch (error) {
    if (error instanceof UnusableKey) return undefined
    throw error
  }
}

function uploadedKey(key: JsonValue, number: number): KeyMembers {
  if (!isObject(key)) throw keysInvalid(`key ${number}: expected an object`)
  try {
    // Importing finds points that are not on their curve.
    importKey(key)
    return publicMembersOf(key)
  } catch (error) {
    if (error instanceof UnusableKey) throw keysInvalid(`key ${number}: ${error.message}`)
    throw error
  }
}

function parseUpload(text: string): JsonValue {
  const bytes = new TextEncoder().encode(text)
  if (bytes.length > LONGEST_UPLOAD_BYTES) throw keysInvalid(`expected at most ${LONGEST_UPLOAD_BYTES} bytes`)
  try {
    return parseStrictJson(bytes)
  } catch (cause) {
    if (cause instanceof StrictJsonError) throw keysInvalid('expected JSON in which every member is there once')
    throw cause
  }
}

function keysIn(document: JsonValue): readonly JsonValue[] | undefined {
  const keys = isObject(document) ? document.keys : document
  return Array.isArray(keys) ? keys : undefined
}

function isObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function keysInvalid(why: string): Refusal {
  return new Refusal('parameter-invalid', `The keys of the identity provider are not valid: ${why}.`)
}
