import type { BlobLocation } from '../../ports/blob-store.ts'
import type { BlobRemoval } from '../../ports/metadata/collection.ts'
import type { CollectionRun } from './collection-run.ts'
import { MOST_FAILURES } from './pace.ts'

/** Unlinked at the same time: their directories' syncs then share a commit of the file system's journal. */
const UNLINKED_AT_ONCE = 16

/**
 * Unlinks the bytes whose delay is over. Bytes first, then the row: after a crash between the two the row is worked off
 * once more, which changes nothing. It needs no space to begin with, so a full disk gets free.
 *
 * @param failed what could not be unlinked in this run, which the next one tries again
 */
export async function unlinkRemovals(run: CollectionRun, failed: Set<BlobLocation>): Promise<void> {
  const { services } = run
  const nowMs = services.clock.nowMs()
  while (!run.pace.isInterrupted && failed.size < MOST_FAILURES) {
    const listed = await services.metadata.listDueRemovals(nowMs, UNLINKED_AT_ONCE + failed.size)
    const page = listed.filter((removal) => !failed.has(removal.location))
    if (page.length === 0) break
    await run.pace.step(() => unlinkPage(run, page, failed))
  }
}

async function unlinkPage(run: CollectionRun, page: readonly BlobRemoval[], failed: Set<BlobLocation>): Promise<void> {
  const done: BlobRemoval[] = []
  const unlinkNoting = async (removal: BlobRemoval) => {
    if (await unlinkOne(run, removal)) done.push(removal)
    else failed.add(removal.location)
  }
  await Promise.all(page.map(unlinkNoting))
  await run.services.metadata.transact(async (transaction) => {
    for (const { location } of done) await transaction.deleteRemoval(location)
  })
  const bytes = done.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  run.tally.addUnlinked(done.length, bytes, page.length - done.length)
}

async function unlinkOne(run: CollectionRun, removal: BlobRemoval): Promise<boolean> {
  const { services, options } = run
  try {
    // Cannot be, as locations are never used twice. But what is unlinked by a mistake is gone, so it is asked.
    const current = await services.metadata.findBlob(removal.digest)
    if (current?.location === removal.location) throw new Error('the location to be removed is the current one')
    await services.blobs.remove(removal.location)
    return true
  } catch (error) {
    options.observer.failed({ kind: 'removal', name: `${removal.digest} at ${removal.location}`, error })
    return false
  }
}
