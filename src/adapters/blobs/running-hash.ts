import { type Digest, type DigestAlgorithm, digestFromHex } from '../../core/digest.ts'

/** A hash that has run over the first `sizeBytes` bytes of an upload. */
export class RunningHash {
  readonly algorithm: DigestAlgorithm
  readonly #hasher: Bun.CryptoHasher
  #sizeBytes = 0

  constructor(algorithm: DigestAlgorithm) {
    this.algorithm = algorithm
    this.#hasher = new Bun.CryptoHasher(algorithm)
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  update(bytes: Uint8Array): void {
    this.#hasher.update(bytes)
    this.#sizeBytes += bytes.byteLength
  }

  /** Ends the hash. */
  digest(): Digest {
    return digestFromHex(this.algorithm, this.#hasher.digest('hex'))
  }
}
