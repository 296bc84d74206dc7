import { hasWholeTerm, leaseEndMs } from '../core/lease.ts'
import type { Upload } from '../ports/metadata/uploads.ts'
import type { Services } from './context.ts'

const LONGEST_PAUSE_MS = 3_600_000

/**
 * Does work on an upload, which cannot expire meanwhile however long that takes: bytes may come for days, and its row is
 * all that the clean-up looks at. Afterwards, also when the work failed, a whole term is left to go on with it. Writes
 * twice per term at most, and nothing for work that is soon over.
 */
export async function keepingAlive<Result>(
  services: Services,
  upload: Upload,
  work: () => Promise<Result>,
): Promise<Result> {
  const { clock, limits } = services
  let expiresAtMs = upload.expiresAtMs
  const renew = async (): Promise<void> => {
    const nowMs = clock.nowMs()
    if (hasWholeTerm(expiresAtMs, nowMs, limits.uploadExpiryMs)) return
    const renewedMs = leaseEndMs(nowMs, limits.uploadExpiryMs)
    await touch(services, upload, renewedMs)
    expiresAtMs = renewedMs
  }
  // What fails is tried again at the next turn, and there are several before the row is over.
  const renewIfPossible = () => renew().catch(() => {})
  await renew()
  const timer = setInterval(renewIfPossible, Math.min(LONGEST_PAUSE_MS, limits.uploadExpiryMs / 4))
  try {
    return await work()
  } finally {
    clearInterval(timer)
    await renewIfPossible()
  }
}

async function touch(services: Services, upload: Upload, expiresAtMs: number): Promise<void> {
  await services.metadata.transact(async (transaction) => {
    // Cancelled meanwhile: then its row is there for the clean-up, which is not to be put off.
    const current = await transaction.findUpload(upload.id)
    if (current?.principal === upload.principal) await transaction.touchUpload(upload.id, expiresAtMs)
  })
}
