import type { Digest } from '../core/digest.ts'
import { areFindingsPlausible } from '../core/scrub/judge-findings.ts'
import type { BlobRecord } from '../ports/metadata/blobs.ts'
import { putBackIntoService, takeOutOfService } from './blobs.ts'
import { MOST_FAILURES, rest } from './collection/pace.ts'
import type { Services } from './context.ts'
import { INSTALLATION } from './event-place.ts'

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
  /** Blobs that were out of service and whose bytes are intact after all. */
  readonly recovered: number
  /** `implausible`: so much was wrong that the run stopped rather than take the rest out of service. */
  readonly ended: 'done' | 'interrupted' | 'implausible'
  readonly bytes: number
}

/** A check of nothing takes no time at the given rate, so small blobs are counted as at least this much. */
const LEAST_BYTES = 16 * 1024

interface ScrubRun {
  readonly services: Services
  readonly options: ScrubOptions
  readonly signal: AbortSignal
  readonly results: Record<ScrubResult, number>
  bytes: number
}

/**
 * Reads blobs back and hashes them, longest unchecked first, until every one was checked within the period. What is
 * damaged or missing goes out of service with an event, and the next push of its digest repairs it. What was out of
 * service and is intact again, because its disk came back, goes back into service.
 */
export async function scrub(services: Services, options: ScrubOptions, signal: AbortSignal): Promise<ScrubReport> {
  const results = { intact: 0, damaged: 0, missing: 0, failed: 0 }
  const run: ScrubRun = { services, options, signal, results, bytes: 0 }
  const recovered = await recoverDamaged(run)
  const isPlausible = await checkDue(run)
  const ended = !isPlausible ? 'implausible' : signal.aborted ? 'interrupted' : 'done'
  return { results, recovered, ended, bytes: run.bytes }
}

/** @returns whether what it found is plausible; when it is not, the run is over */
async function checkDue(run: ScrubRun): Promise<boolean> {
  const { services, options, signal, results } = run
  const skip = new Set<string>()
  while (!signal.aborted && skip.size < MOST_FAILURES) {
    const page = await nextPage(services, options, skip)
    if (page.length === 0) break
    const intact: BlobRecord[] = []
    for (const blob of page) {
      const result = await check(run, blob)
      if (result === undefined) break
      if (result === 'intact') intact.push(blob)
      if (result === 'failed') skip.add(blob.digest)
      if (!isPlausible(results)) {
        await recordIntact(services, intact)
        await recordStopped(run)
        return false
      }
      await takeOut(run, blob, result)
    }
    await recordIntact(services, intact)
  }
  return true
}

function isPlausible({ intact, damaged, missing }: ScrubRun['results']): boolean {
  return areFindingsPlausible({ checked: intact + damaged + missing, wrong: damaged + missing })
}

async function nextPage(services: Services, options: ScrubOptions, skip: ReadonlySet<string>): Promise<BlobRecord[]> {
  const dueMs = services.clock.nowMs() - options.periodMs
  const listed = await services.metadata.listBlobsToVerify(options.batch + skip.size)
  return listed.filter(
    (blob) => !skip.has(blob.digest) && (blob.verifiedAtMs === undefined || blob.verifiedAtMs <= dueMs),
  )
}

/** @returns undefined when the signal came first */
async function check(run: ScrubRun, blob: BlobRecord): Promise<ScrubResult | undefined> {
  const { services, options, signal, results } = run
  const result = await verify(services, options, blob, signal)
  if (result === 'failed' && signal.aborted) return undefined
  results[result] += 1
  if (result === 'intact' || result === 'damaged') run.bytes += blob.sizeBytes
  options.observer.checked({ digest: blob.digest, sizeBytes: blob.sizeBytes, result })
  await rest((LEAST_BYTES / options.bytesPerSecond) * 1000, signal)
  return result
}

/** A push or the collector may have been there meanwhile: only the copy that is current still is out of order. */
async function takeOut({ services }: ScrubRun, blob: BlobRecord, result: ScrubResult): Promise<void> {
  if (result === 'damaged' || result === 'missing') await takeOutOfService(services, blob, result)
}

/** @returns how many are back in service */
async function recoverDamaged({ services, options, signal }: ScrubRun): Promise<number> {
  let recovered = 0
  let after: Digest | undefined
  while (!signal.aborted) {
    const page = await services.metadata.listDamagedBlobs({ after, limit: options.batch })
    after = page.at(-1)?.digest
    if (after === undefined) break
    for (const blob of page) {
      if (signal.aborted) break
      if ((await verify(services, options, blob, signal)) === 'intact') {
        await putBackIntoService(services, blob)
        recovered += 1
      }
      await rest((LEAST_BYTES / options.bytesPerSecond) * 1000, signal)
    }
  }
  return recovered
}

async function recordStopped({ services, results }: ScrubRun): Promise<void> {
  const wrong = results.damaged + results.missing
  await services.metadata.transact((transaction) =>
    transaction.recordEvent({
      kind: 'scrub-stopped',
      atMs: services.clock.nowMs(),
      ...INSTALLATION,
      detail: { why: 'too many blobs are wrong at once', checked: results.intact + wrong, wrong },
    }),
  )
}

async function verify(
  services: Services,
  { bytesPerSecond }: ScrubOptions,
  blob: BlobRecord,
  signal: AbortSignal,
): Promise<ScrubResult> {
  try {
    return await services.blobs.verify(blob.location, blob.digest, { bytesPerSecond, signal })
  } catch {
    return 'failed'
  }
}

async function recordIntact(services: Services, blobs: readonly BlobRecord[]): Promise<void> {
  if (blobs.length === 0) return
  const atMs = services.clock.nowMs()
  // In byte order, as everybody who writes several of these rows does, so that none waits for another in a ring.
  const digests = blobs.map(({ digest }) => digest).sort()
  await services.metadata.transact(async (transaction) => {
    for (const digest of digests) await transaction.setBlobVerified(digest, atMs)
  })
}
