import { randomBytes, randomUUID } from 'node:crypto'
import { type EntityPrefix, type Ids, isUploadId, type UploadId } from '../ports/ids.ts'

/** RFC 4648's base 32, which AWS's ids are made of. */
const BASE_32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Ids from the operating system's secure source. */
export class RandomIds implements Ids {
  uploadId(): UploadId {
    const text = randomBytes(16).toString('hex')
    if (!isUploadId(text)) throw new Error('16 random bytes did not give 32 hexadecimal digits')
    return text
  }

  uuid(): string {
    return randomUUID()
  }

  entityId(prefix: EntityPrefix): string {
    const length = prefix === 'AKIA' || prefix === 'ASIA' ? 16 : 17
    // 32 divides 256, so the remainders are as likely as each other.
    return prefix + Array.from(randomBytes(length), (byte) => BASE_32[byte % 32]).join('')
  }

  secretAccessKey(): string {
    return randomBytes(30).toString('base64')
  }

  nonce(): Uint8Array {
    return new Uint8Array(randomBytes(12))
  }
}
