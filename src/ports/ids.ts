declare const brand: unique symbol

/** 32 lower-case hexadecimal digits, 128 random bits: cannot be guessed, and safe as a storage key. */
export type UploadId = string & { readonly [brand]: 'UploadId' }

/**
 * What an id in IAM begins with: users, groups, roles, managed policies, access keys, and keys of sessions (IAM user
 * guide, "IAM identifiers", read 2026-11-27); and identity providers, whose ids AWS does not show.
 */
export type EntityPrefix = 'AIDA' | 'AGPA' | 'AROA' | 'ANPA' | 'AKIA' | 'ASIA' | 'AOID'

/** Randomness as services see it. */
export interface Ids {
  /** A fresh upload id from a cryptographically secure source. */
  uploadId(): UploadId
  /** A version 4 UUID, for request ids and such. */
  uuid(): string
  /** An id of something in IAM: its prefix, and 80 random bits (85 for what is no access key), in 16 or 17 characters. */
  entityId(prefix: EntityPrefix): string
  /** 40 characters of base64 over 240 random bits, as AWS's secrets are. */
  secretAccessKey(): string
  /** 96 random bits, for AES-GCM. */
  nonce(): Uint8Array
}

/** Checks text from a request; no other text may become an `UploadId`. */
export function isUploadId(text: string): text is UploadId {
  return /^[0-9a-f]{32}$/.test(text)
}
