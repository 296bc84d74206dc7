import { createHash, createHmac } from 'node:crypto'
import type { SignatureClaim } from './signature-claim.ts'

type Scope = Pick<SignatureClaim, 'day' | 'region' | 'service'>

/** The key of one day, region and service (SigV4, "Derive a signing key"). */
export function deriveSigningKey(secret: string, scope: Scope): Buffer {
  const day = hmac(`AWS4${secret}`, scope.day)
  return hmac(hmac(hmac(day, scope.region), scope.service), 'aws4_request')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/** Remembers derived keys, the most recently used ones; it never holds a secret, only its hash. */
export class SigningKeys {
  readonly #keys = new Map<string, Buffer>()
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#keys.size
  }

  get(secret: string, scope: Scope): Buffer {
    const id = createHash('sha256')
      .update(JSON.stringify([secret, scope.day, scope.region, scope.service]))
      .digest('base64')
    const key = this.#keys.get(id) ?? deriveSigningKey(secret, scope)
    this.#keys.delete(id)
    this.#keys.set(id, key)
    if (this.#keys.size > this.#capacity) this.#dropOldest()
    return key
  }

  #dropOldest(): void {
    for (const id of this.#keys.keys()) {
      this.#keys.delete(id)
      return
    }
  }
}
