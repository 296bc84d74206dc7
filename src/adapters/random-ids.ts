import { randomBytes, randomUUID } from 'node:crypto'
import { type Ids, isUploadId, type UploadId } from '../ports/ids.ts'

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
}
