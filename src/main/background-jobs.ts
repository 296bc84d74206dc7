import type { Metrics } from '../adapters/metrics/metrics.ts'
import type { Log, LogFields } from '../ports/log.ts'
import { auditSigner } from '../services/audit/audit-signer.ts'
import { checkpointAudit } from '../services/audit/checkpoint-audit.ts'
import { deleteAuditOlderThan } from '../services/audit/retain-audit.ts'
import { sealAudit } from '../services/audit/seal-audit.ts'
import { collect } from '../services/collect.ts'
import { type CollectOptions, defaultCollectOptions } from '../services/collection/collect-options.ts'
import type { CollectionMemory } from '../services/collection/collection-memory.ts'
import type { CollectionReport } from '../services/collection/collection-report.ts'
import type { Services } from '../services/context.ts'
import { expireUploads, sweepUploads } from '../services/expire-uploads.ts'
import { DEFAULT_LIFECYCLE_BRAKE, runLifecycles } from '../services/lifecycle/run-lifecycles.ts'
import { resumePlans } from '../services/plans/resume-plans.ts'
import { scrub } from '../services/scrub.ts'
import type { Config } from './config.ts'
import { eventJobs } from './event-jobs.ts'
import type { Job } from './jobs.ts'

const FLUSH_PULLS_MS = 5000
const FLUSH_USES_MS = 5000
/** What another process has changed is in force here after this and the second that a login is remembered. */
const REFRESH_IDENTITIES_MS = 500
const SEAL_AUDIT_MS = 1000
const SIGN_AUDIT_MS = 60_000
const RETAIN_AUDIT_FIRST_MS = 10 * 60_000
const RETAIN_AUDIT_MS = 24 * 3_600_000
const LONGEST_EXPIRY_INTERVAL_MS = 300_000
const LONGEST_SCRUB_INTERVAL_MS = 3_600_000
const SCRUB_BATCH = 100
const LONGEST_LIFECYCLE_INTERVAL_MS = 60_000
const LIFECYCLE_FIRST_MS = 10_000
const RESUME_PLANS_MS = 60_000

export interface JobsOptions {
  readonly services: Services
  readonly config: Config
  readonly memory: CollectionMemory
  readonly log: Log
  readonly metrics: Metrics
  /** Whether there are no requests just now. */
  readonly isQuiet: () => boolean
}

/** Everything that the server does by itself. */
export function backgroundJobs(options: JobsOptions): Job[] {
  const { services, config } = options
  return [
    { name: 'flush-pulls', intervalMs: FLUSH_PULLS_MS, run: () => services.pulls.flush().then(() => undefined) },
    { name: 'flush-uses', intervalMs: FLUSH_USES_MS, run: () => services.uses.flush().then(() => undefined) },
    refreshJob(services),
    sealJob(services),
    ...eventJobs(options),
    checkpointJob(services),
    retainJob(services, config.auditRetentionMs),
    lifecycleJob(options),
    resumeJob(services),
    sweepJob(services),
    expireJob(services, config.uploadExpiryMs),
    ...(config.collectIntervalMs > 0 ? [collectJob(options)] : []),
    ...(config.scrubIntervalMs > 0 && config.scrubBytesPerSecond > 0 ? [scrubJob(options)] : []),
    usageJob(options),
  ]
}

function refreshJob({ directory }: Services): Job {
  const run = async () => {
    await directory.refresh()
    return undefined
  }
  return { name: 'refresh-identities', intervalMs: REFRESH_IDENTITIES_MS, isFrequent: true, run }
}

/** Records that were written get their place in the chain, which is when `LookupEvents` shows them. */
function sealJob(services: Services): Job {
  const run = async (signal: AbortSignal) => {
    await sealAudit(services, signal)
    return undefined
  }
  return { name: 'seal-audit', intervalMs: SEAL_AUDIT_MS, isFrequent: true, run }
}

function checkpointJob(services: Services): Job {
  const signer = auditSigner(services.keys)
  const run = async () => reportUnlessZero({ checkpoints: (await checkpointAudit(services, signer)).length })
  return { name: 'sign-audit', intervalMs: SIGN_AUDIT_MS, isFrequent: true, run }
}

function retainJob(services: Services, retentionMs: number): Job {
  const run = async (signal: AbortSignal) => {
    const olderThanMs = services.clock.nowMs() - retentionMs
    let deleted = 0
    for (const { accountId } of await services.metadata.listAuditChains()) {
      if (signal.aborted) break
      deleted += (await deleteAuditOlderThan(services, accountId, olderThanMs)).deleted
    }
    return reportUnlessZero({ deleted })
  }
  // A process that is started anew every day has its run, too.
  return { name: 'retain-audit', firstAfterMs: RETAIN_AUDIT_FIRST_MS, intervalMs: RETAIN_AUDIT_MS, run }
}

/** Looks more often than a repository's policy is due, so that one that was put is not left waiting for the next round. */
function lifecycleJob({ services, config, log, metrics }: JobsOptions): Job {
  const expired = metrics.counter('lading_lifecycle_images_total', 'Images that lifecycle policies dealt with.', [
    'action',
  ])
  const failures = metrics.counter(
    'lading_lifecycle_failures_total',
    'Repositories whose lifecycle policy failed to run.',
  )
  const run = async (signal: AbortSignal) => {
    const report = await runLifecycles(
      services,
      {
        intervalMs: config.lifecycleIntervalMs,
        jitter: config.lifecycleJitter,
        brake: { ...DEFAULT_LIFECYCLE_BRAKE, share: config.lifecycleShare },
        failed: ({ name }, error) =>
          log.write('error', 'a lifecycle policy could not be carried out', { repository: name, error }),
      },
      signal,
    )
    expired.add(report.expired, 'expire')
    expired.add(report.archived, 'archive')
    expired.add(report.untagged, 'untag')
    failures.add(report.failed)
    return reportUnlessZero({ ...report })
  }
  const intervalMs = Math.min(config.lifecycleIntervalMs, LONGEST_LIFECYCLE_INTERVAL_MS)
  return { name: 'lifecycle', firstAfterMs: Math.min(intervalMs, LIFECYCLE_FIRST_MS), intervalMs, run }
}

/** Plans that were being applied when a process ended are gone on with. */
function resumeJob(services: Services): Job {
  const run = async (signal: AbortSignal) => reportUnlessZero({ resumed: await resumePlans(services, signal) })
  return { name: 'resume-plans', firstAfterMs: 1000, intervalMs: RESUME_PLANS_MS, run }
}

/** Once, soon after the start; the interval is for the next life of the process. */
function sweepJob(services: Services): Job {
  return {
    name: 'sweep-uploads',
    firstAfterMs: 1000,
    intervalMs: 24 * 3_600_000,
    run: async (signal) => reportUnlessZero({ swept: await sweepUploads(services, signal) }),
  }
}

function expireJob(services: Services, expiryMs: number): Job {
  return {
    name: 'expire-uploads',
    intervalMs: Math.min(LONGEST_EXPIRY_INTERVAL_MS, Math.max(1000, expiryMs / 4)),
    run: async (signal) => reportUnlessZero({ ...(await expireUploads(services, signal)) }),
  }
}

function collectJob({ services, config, memory, log, metrics, isQuiet }: JobsOptions): Job {
  const blobs = metrics.counter('lading_collected_blobs_total', 'Blobs that the collector took.')
  const bytes = metrics.counter('lading_collected_bytes_total', 'Bytes of blobs that the collector took.')
  const manifests = metrics.counter('lading_purged_manifests_total', 'Deleted manifests whose restore window ended.')
  const unlinked = metrics.counter('lading_unlinked_bytes_total', 'Bytes removed from the blob store.')
  const refused = metrics.gauge('lading_collection_refused', '1 while an implausible collection waits for a person.')
  const collected = (report: CollectionReport) => {
    blobs.add(report.taken.blobs)
    bytes.add(report.taken.blobBytes)
    manifests.add(report.taken.manifests)
    unlinked.add(report.unlinked.bytes)
    refused.set(report.ended === 'refused' ? 1 : 0)
  }
  const failed: CollectOptions['observer']['failed'] = (what) => log.write('warn', 'collection postponed', { ...what })
  const defaults = defaultCollectOptions()
  const brake = { ...defaults.brake, share: config.collectShare }
  const collectOptions = { ...defaults, memory, brake, isQuiet, observer: { collected, failed } }
  const run = async (signal: AbortSignal) => reportCollection(await collect(services, collectOptions, signal))
  return { name: 'collect', intervalMs: config.collectIntervalMs, run }
}

function reportCollection(report: CollectionReport): LogFields | undefined {
  const isNews = report.ended === 'refused' || report.unlinked.blobs + report.taken.blobs + report.taken.manifests > 0
  if (!isNews) return undefined
  const { ended, refusal, isForced, candidates, taken, unlinked, durationMs } = report
  return { ended, refusal, isForced, candidates, taken, unlinked, ms: durationMs }
}

function scrubJob({ services, config, log, metrics }: JobsOptions): Job {
  const checked = metrics.counter('lading_scrubbed_blobs_total', 'Blobs read back and hashed.', ['result'])
  const bytes = metrics.counter('lading_scrubbed_bytes_total', 'Bytes read back.')
  const options = {
    periodMs: config.scrubIntervalMs,
    bytesPerSecond: config.scrubBytesPerSecond,
    batch: SCRUB_BATCH,
    observer: {
      checked: (finding: { digest: string; sizeBytes: number; result: string }) => {
        checked.add(1, finding.result)
        if (finding.result === 'intact' || finding.result === 'damaged') bytes.add(finding.sizeBytes)
        if (finding.result !== 'intact') log.write('error', 'scrub found a blob that is not as it should be', finding)
      },
    },
  }
  return {
    name: 'scrub',
    intervalMs: Math.min(LONGEST_SCRUB_INTERVAL_MS, Math.max(1000, config.scrubIntervalMs / 10)),
    run: async (signal) => {
      const { results, recovered, bytes: read, ended } = await scrub(services, options, signal)
      if (ended === 'implausible') log.write('error', 'the scrub stopped: too much is wrong to be true', { ...results })
      return reportUnlessZero({ ...results, recovered, bytes: read })
    },
  }
}

/** `/metrics` must answer at once, so what needs a query is asked for beforehand. */
function usageJob({ services, metrics, log }: JobsOptions): Job {
  let damagedBefore = 0
  const damaged = metrics.gauge('lading_damaged_blobs', 'Blobs out of service, as their bytes are damaged or missing.')
  const blobs = metrics.gauge('lading_blobs', 'Blobs stored.')
  const bytes = metrics.gauge('lading_blob_bytes', 'Bytes of blobs stored.')
  return {
    name: 'measure-usage',
    firstAfterMs: 500,
    intervalMs: 60_000,
    run: async () => {
      const usage = await services.metadata.usage()
      blobs.set(usage.blobs)
      bytes.set(usage.blobBytes)
      const outOfService = await services.metadata.countDamagedBlobs()
      if (outOfService > damagedBefore) log.write('error', 'blobs are out of service', { blobs: outOfService })
      damagedBefore = outOfService
      damaged.set(outOfService)
      return undefined
    },
  }
}

function reportUnlessZero(counts: Readonly<Record<string, number>>): LogFields | undefined {
  return Object.values(counts).some((count) => count > 0) ? counts : undefined
}
