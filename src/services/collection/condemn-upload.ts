import type { UploadId } from '../../ports/ids.ts'
import type { Upload } from '../../ports/metadata/uploads.ts'
import type { Services } from '../context.ts'

/** Owns uploads whose bytes are being removed. No principal's ARN is like it, so to everybody they do not exist. */
const NOBODY = 'condemned'

/**
 * Takes an upload away from its owner, so that its bytes can be removed. Once this says true no request can make a blob
 * of the upload any more; without that step, bytes could be removed that a request running beside has just recorded.
 *
 * The lock orders this against `finishUpload`, which looks the upload up under the shared lock of the repository in the
 * transaction that records the blob. The row stays until the bytes are gone, for whoever comes after a crash.
 *
 * @param isDoomed judges the upload as it is now
 * @returns false when the upload is gone or is not to go
 */
export async function condemnUpload(
  services: Services,
  upload: { readonly id: UploadId; readonly repositoryId: number },
  isDoomed: (upload: Upload) => boolean,
): Promise<boolean> {
  return await services.metadata.transact(async (transaction) => {
    await transaction.lockRepository(upload.repositoryId, 'exclusive')
    const current = await transaction.findUpload(upload.id)
    if (current === undefined || !isDoomed(current)) return false
    await transaction.deleteUpload(current.id)
    await transaction.insertUpload({ ...current, principal: NOBODY, expiresAtMs: services.clock.nowMs() })
    return true
  })
}

/** Removes what a condemned upload left. Bytes first: if the process dies between the two, the row still says so. */
export async function discardCondemned(services: Services, id: UploadId): Promise<void> {
  await services.blobs.discardUpload(id)
  await services.metadata.transact((transaction) => transaction.deleteUpload(id))
}
