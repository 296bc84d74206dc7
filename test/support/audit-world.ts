import { openSqliteMetadataStore } from '../../src/adapters/metadata/sqlite/open-sqlite-metadata-store.ts'
import { verifyAudit } from '../../src/cli/audit-verify.ts'
import { auditEntry } from '../../src/core/audit/audit-entry.ts'
import type { AuditParts } from '../../src/core/audit/audit-record.ts'
import { auditRecord } from '../../src/core/audit/audit-record.ts'
import type { AuditReport } from '../../src/core/audit/audit-report.ts'
import { checkpointSigner } from '../../src/core/audit/checkpoint.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import { checkpointAudit } from '../../src/services/audit/checkpoint-audit.ts'
import { exportAudit } from '../../src/services/audit/export-audit.ts'
import { sealAudit } from '../../src/services/audit/seal-audit.ts'
import { AUDIT_ACCOUNT, pullParts } from './audit-parts.ts'
import { CountingIds } from './counting-ids.ts'
import { ManualClock } from './manual-clock.ts'

export const AUDIT_SIGNER = checkpointSigner(new Uint8Array(32).fill(9))

/** A metadata store with trails in it, and what makes and reads them. */
export interface AuditWorld extends AsyncDisposable {
  readonly metadata: MetadataStore
  readonly clock: ManualClock
  readonly ids: CountingIds
  /** Writes records of pulls with these numbers, not sealed. */
  record(numbers: readonly number[], change?: Partial<AuditParts>): Promise<void>
  /** Seals what there is, and signs for it. */
  checkpoint(): Promise<void>
  exported(from?: number, accountId?: string): Promise<string[]>
  verified(from?: number, accountId?: string): Promise<AuditReport>
}

export async function openAuditWorld(): Promise<AuditWorld> {
  const metadata = await openSqliteMetadataStore({ path: ':memory:' })
  await metadata.transact((transaction) => transaction.ensureInstallation('here'))
  const clock = new ManualClock()
  const services = { metadata, clock, ids: new CountingIds() }
  return {
    ...services,
    record: async (numbers, change) => {
      const entries = numbers.map((number) => auditEntry(auditRecord(pullParts(number, change))))
      await metadata.transact((transaction) => transaction.recordAudit(entries))
    },
    checkpoint: async () => {
      await sealAudit(services)
      await checkpointAudit(services, AUDIT_SIGNER)
    },
    exported: async (from, accountId = AUDIT_ACCOUNT) => await Array.fromAsync(exportAudit(services, accountId, from)),
    verified: async (from, accountId = AUDIT_ACCOUNT) =>
      await verifyAudit(exportAudit(services, accountId, from), AUDIT_SIGNER.publicKeyText),
    [Symbol.asyncDispose]: () => metadata.close(),
  }
}

/** Whole numbers from `first` to `last`. */
export function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
