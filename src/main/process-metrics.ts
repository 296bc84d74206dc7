import { readdirSync } from 'node:fs'
import type { Metrics } from '../adapters/metrics/metrics.ts'
import type { AuditTrail } from '../services/audit/audit-trail.ts'
import type { RegistryServer } from './server.ts'
import { VERSION } from './version.ts'

/** What Prometheus's own client libraries say of every process, under their names, and what the server is doing. */
export function addProcessMetrics(metrics: Metrics, server: RegistryServer): void {
  metrics.gauge('lading_build_info', 'Always 1.', ['version', 'bun']).set(1, VERSION, Bun.version)
  metrics.gaugeOf('lading_requests_in_flight', 'Requests being answered.', () => server.requestsInFlight)
  metrics.gaugeOf('lading_uploads_in_flight', 'Request bodies being read.', () => server.transfers.active)
  metrics.counterOf('lading_request_bytes_total', 'Bytes of bodies read.', () => server.transfers.receivedBytes)
  metrics.counterOf('process_cpu_seconds_total', 'Processor time, user and system.', cpuSeconds)
  metrics.gaugeOf('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss())
  metrics.gaugeOf('process_open_fds', 'Open file descriptors; -1 where the system does not say.', openFiles)
  const startedSeconds = Date.now() / 1000 - process.uptime()
  metrics.gaugeOf('process_start_time_seconds', 'When the process started, Unix time.', () => startedSeconds)
}

export function addAuditMetrics(metrics: Metrics, audit: AuditTrail): void {
  metrics.counterOf('lading_audit_records_written_total', 'Records of the audit trail written.', () => audit.written)
  metrics.counterOf('lading_audit_records_lost_total', 'Records that there was no room for.', () => audit.lost)
  metrics.gaugeOf('lading_audit_pending', 'Records of reads and denials not written yet.', () => audit.pending)
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return -1
  }
}
