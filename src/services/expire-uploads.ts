import type { UploadId } from '../ports/ids.ts'
import type { Upload } from '../ports/metadata/uploads.ts'
import { condemnUpload, discardCondemned } from './collection/condemn-upload.ts'
import { MOST_FAILURES, Pace } from './collection/pace.ts'
import type { Services } from './context.ts'

const AT_ONCE = 20
const BUSY_SHARE = 0.2

export interface ExpiryReport {
  readonly discarded: number
  /** Could not be removed; the next run tries again. */
  readonly failed: number
}

/**
 * Removes uploads that nobody went on with, with whatever bytes they hold: staged ones, and ones that were committed
 * but never recorded because the process died between the two.
 */
export async function expireUploads(services: Services, signal: AbortSignal): Promise<ExpiryReport> {
  const pace = new Pace(services.clock, { busyShare: BUSY_SHARE }, signal)
  const nowMs = services.clock.nowMs()
  const failed = new Set<UploadId>()
  let discarded = 0
  while (!pace.isInterrupted && failed.size < MOST_FAILURES) {
    const listed = await services.metadata.listExpiredUploads(nowMs, AT_ONCE + failed.size)
    const page = listed.filter(({ id }) => !failed.has(id))
    if (page.length === 0) break
    for (const upload of page) {
      if (await pace.step(() => expireUpload(services, upload, nowMs))) discarded += 1
      else failed.add(upload.id)
    }
  }
  return { discarded, failed: failed.size }
}

/** @returns false when it is still there: it could not be removed, or somebody went on with it just now */
async function expireUpload(services: Services, upload: Upload, nowMs: number): Promise<boolean> {
  try {
    if (!(await condemnUpload(services, upload, (current) => current.expiresAtMs <= nowMs))) return false
    await discardCondemned(services, upload.id)
    return true
  } catch {
    return false
  }
}

/**
 * Removes staged bytes that no row knows, once at the start: rows come before bytes and go after them, so only damage to
 * the metadata (an older copy put back, say) leaves such bytes.
 *
 * Safe beside other processes: without a row nobody can make a blob of the upload, and one that was made a blob between
 * the two questions is not staged any more.
 *
 * @returns how many were removed
 */
export async function sweepUploads(services: Services, signal: AbortSignal): Promise<number> {
  let swept = 0
  for await (const id of services.blobs.listUploads()) {
    if (signal.aborted) break
    if ((await services.metadata.findUpload(id)) !== undefined) continue
    if ((await services.blobs.uploadSize(id)) === undefined) continue
    await services.blobs.discardUpload(id)
    swept += 1
  }
  return swept
}
