import type { BlobRecord } from '../ports/metadata/blobs.ts'
import { takeOutOfService } from './blobs.ts'
import { rest } from './collection/pace.ts'
import type { Services } from './context.ts'

export interface ScrubOptions {
  /** How often every blob is checked. */
  readonly periodMs: number
  /** The most that is read from disk. */
  readonly bytesPerSecond: number
  /** Checks recorded in one transaction. */
  readonly batch: number
  readonly observer: ScrubObserver
}

export interface ScrubObserver {
  /** After every blob. */
  checked(finding: { readonly digest: string; readonly sizeBytes: number; readonly result: ScrubResult }): void
}

/** `failed`: could not be read just now, which says nothing about the bytes; it is tried again at the next run. */
export type ScrubResult = 'intact' | 'damaged' | 'missing' | 'failed'

export interface ScrubReport {
  readonly results: Readonly<Record<ScrubResult, number>>
  readonly bytes: number
}

/** A check of nothing takes no time at the given rate, so small blobs are counted as at least this much. */
const LEAST_BYTES = 16 * 1024

/**
 * Reads blobs back and hashes them, longest unchecked first, until every one was checked within the period. What is
 * damaged or missing goes out of service with an event, and the next push of its digest repairs it.
 */
export async function scrub(services: Services, options: ScrubOptions, signal: AbortSignal): Promise<ScrubReport> {
  const results = { intact: 0, damaged: 0, missing: 0, failed: 0 }
  let bytes = 0
  const skip = new Set<string>()
  while (!signal.aborted) {
    const page = await nextPage(services, options, skip)
    if (page.length === 0) break
    const intact: BlobRecord[] = []
    for (const blob of page) {
      if (signal.aborted) break
      const result = await check(services, options, blob)
      results[result] += 1
      bytes += blob.sizeBytes
      if (result === 'intact') intact.push(blob)
      if (result === 'failed') skip.add(blob.digest)
      await rest((LEAST_BYTES / options.bytesPerSecond) * 1000, signal)
    }
    await recordIntact(services, intact)
  }
  return { results, bytes }
}

async function nextPage(services: Services, options: ScrubOptions, skip: ReadonlySet<string>): Promise<BlobRecord[]> {
  const dueMs = services.clock.nowMs() - options.periodMs
  const listed = await services.metadata.listBlobsToVerify(options.batch + skip.size)
  return listed.filter(
    (blob) => !skip.has(blob.digest) && (blob.verifiedAtMs === undefined || blob.verifiedAtMs <= dueMs),
  )
}

async function check(services: Services, options: ScrubOptions, blob: BlobRecord): Promise<ScrubResult> {
  const result = await verify(services, options, blob)
  // A push or the collector may have been there meanwhile: only the copy that is current still is out of order.
  if (result === 'damaged' || result === 'missing') await takeOutOfService(services, blob, result)
  options.observer.checked({ digest: blob.digest, sizeBytes: blob.sizeBytes, result })
  return result
}

async function verify(services: Services, options: ScrubOptions, blob: BlobRecord): Promise<ScrubResult> {
  try {
    return await services.blobs.verify(blob.location, blob.digest, options.bytesPerSecond)
  } catch {
    return 'failed'
  }
}

async function recordIntact(services: Services, blobs: readonly BlobRecord[]): Promise<void> {
  if (blobs.length === 0) return
  const atMs = services.clock.nowMs()
  await services.metadata.transact(async (transaction) => {
    for (const { digest } of blobs) await transaction.setBlobVerified(digest, atMs)
  })
}
