import { Refusal } from './refusal.ts'

declare const brand: unique symbol

/** `sha256:` and 64, or `sha512:` and 128, lower-case hexadecimal digits. Made only by `parseDigest`. */
export type Digest = string & { readonly [brand]: 'Digest' }

/** The algorithms that content may be pushed with (image-spec, descriptor.md "Registered algorithms"). */
export type DigestAlgorithm = 'sha256' | 'sha512'

const HEX_LENGTH: Record<DigestAlgorithm, number> = { sha256: 64, sha512: 128 }
const LONGEST_DIGEST = 1024

/** @throws {Refusal} `digest-invalid` unless `text` is a digest of an algorithm that can be pushed */
export function parseDigest(text: string): Digest {
  if (!isDigest(text)) {
    throw new Refusal(
      'digest-invalid',
      `invalid digest ${quote(text)}: expected sha256: or sha512: followed by 64 or 128 lower-case hexadecimal digits`,
    )
  }
  return text
}

export function isDigest(text: string): text is Digest {
  const algorithm = text.startsWith('sha256:') ? 'sha256' : text.startsWith('sha512:') ? 'sha512' : undefined
  if (algorithm === undefined) return false
  const start = algorithm.length + 1
  return text.length === start + HEX_LENGTH[algorithm] && isLowerHex(text, start)
}

/**
 * Whether `text` fits the digest grammar, whatever its algorithm. Descriptors inside a manifest may use algorithms
 * that cannot be pushed here (distribution-spec, "Digest"); such content can never exist in this registry.
 */
export function fitsDigestGrammar(text: string): boolean {
  if (text.length > LONGEST_DIGEST) return false
  if (text.startsWith('sha256:') || text.startsWith('sha512:')) return isDigest(text)
  return /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/.test(text)
}

export function algorithmOf(digest: Digest): DigestAlgorithm {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256'
}

/** @throws {Refusal} `digest-invalid` */
export function parseDigestAlgorithm(text: string): DigestAlgorithm {
  if (text === 'sha256' || text === 'sha512') return text
  throw new Refusal('digest-invalid', `unsupported digest algorithm ${quote(text)}: expected sha256 or sha512`)
}

/** The digest of a hash already computed as lower-case hexadecimal. */
export function digestFromHex(algorithm: DigestAlgorithm, hex: string): Digest {
  return parseDigest(`${algorithm}:${hex}`)
}

function isLowerHex(text: string, start: number): boolean {
  for (let index = start; index < text.length; index++) {
    const code = text.charCodeAt(index)
    const digit = code >= 48 && code <= 57
    const letter = code >= 97 && code <= 102
    if (!digit && !letter) return false
  }
  return true
}

/** Caller's text inside a message: bounded, and escaped so that it cannot forge log lines or headers. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)
}
