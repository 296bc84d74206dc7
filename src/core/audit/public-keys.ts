import { createPublicKey, type KeyObject } from 'node:crypto'
import { keyIdOf, publicKeyFrom, rawPublicKey, SHORT_KEY_PREFIX } from './checkpoint.ts'

const LONGEST = 16 * 1024
const KEY_BYTES = 32
const PEM_BEGIN = '-----BEGIN PUBLIC KEY-----'
const PEM_END = '-----END PUBLIC KEY-----'

/**
 * Public keys that checkpoints may be signed with, by key id: as PEM or as `ed25519:…`, one after another when the key
 * has changed over time.
 *
 * @throws {Error} with a sentence for a person unless the text has nothing but at least one key in it
 */
export function parsePublicKeys(text: string): ReadonlyMap<string, KeyObject> {
  if (text.length > LONGEST) throw notAKey('it is too long')
  const keys = new Map<string, KeyObject>()
  let rest = text.trim()
  while (rest !== '') {
    const end = rest.startsWith(PEM_BEGIN) ? endOfPem(rest) : endOfWord(rest)
    const key = rest.startsWith(PEM_BEGIN) ? fromPem(rest.slice(0, end)) : fromShortText(rest.slice(0, end))
    keys.set(keyIdOf(rawPublicKey(key)), key)
    rest = rest.slice(end).trimStart()
  }
  if (keys.size === 0) throw notAKey('it is empty')
  return keys
}

function endOfPem(text: string): number {
  const end = text.indexOf(PEM_END)
  if (end === -1) throw notAKey('its PEM has no end')
  return end + PEM_END.length
}

function endOfWord(text: string): number {
  const end = text.search(/\s/)
  return end === -1 ? text.length : end
}

function fromPem(pem: string): KeyObject {
  const key = parsePem(pem)
  if (key.asymmetricKeyType !== 'ed25519') throw notAKey(`its PEM is of type ${key.asymmetricKeyType}`)
  return key
}

function parsePem(pem: string): KeyObject {
  try {
    return createPublicKey(pem)
  } catch (cause) {
    throw notAKey('its PEM cannot be read', cause)
  }
}

function fromShortText(text: string): KeyObject {
  if (!text.startsWith(SHORT_KEY_PREFIX)) throw notAKey(`it begins neither with ${PEM_BEGIN} nor with ed25519:`)
  const encoded = text.slice(SHORT_KEY_PREFIX.length)
  const raw = Buffer.from(encoded, 'base64url')
  if (raw.byteLength !== KEY_BYTES || raw.toString('base64url') !== encoded) throw notAKey('it is cut off or mistyped')
  return publicKeyFrom(raw)
}

function notAKey(why: string, cause?: unknown): Error {
  return new Error(`This is not the public key of an audit trail: ${why}.`, { cause })
}
