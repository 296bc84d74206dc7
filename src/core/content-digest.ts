import { createHash } from 'node:crypto'
import { type Digest, type DigestAlgorithm, digestFromHex } from './digest.ts'

/** The digest of bytes that are in memory. */
export function digestOf(content: Uint8Array, algorithm: DigestAlgorithm = 'sha256'): Digest {
  return digestFromHex(algorithm, createHash(algorithm).update(content).digest('hex'))
}
