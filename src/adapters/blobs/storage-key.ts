import type { BlobLocation } from '../../ports/blob-store.ts'
import { isUploadId, type UploadId } from '../../ports/ids.ts'

/**
 * Upload ids and locations become file names, so their form is checked once more where that happens.
 *
 * @throws {Error} when it is anything but 32 lower-case hexadecimal digits: ids are made by us, so that is a bug
 */
export function storageKey(id: UploadId | BlobLocation): string {
  if (!isUploadId(id)) throw new Error(`not a storage key: ${JSON.stringify(id).slice(0, 100)}`)
  return id
}

/** The location of what `upload` becomes: its own id, which no other upload ever has (docs/adr/0002). */
export function locationOf(upload: UploadId): BlobLocation {
  // the one place that makes the brand, from a checked id
  return storageKey(upload) as BlobLocation
}
