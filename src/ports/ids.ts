declare const brand: unique symbol

/** 32 lower-case hexadecimal digits, 128 random bits: cannot be guessed, and safe as a storage key. */
export type UploadId = string & { readonly [brand]: 'UploadId' }

/** Randomness as services see it. */
export interface Ids {
  /** A fresh upload id from a cryptographically secure source. */
  uploadId(): UploadId
  /** A version 4 UUID, for request ids and such. */
  uuid(): string
}

/** Checks text from a request; no other text may become an `UploadId`. */
export function isUploadId(text: string): text is UploadId {
  return /^[0-9a-f]{32}$/.test(text)
}
