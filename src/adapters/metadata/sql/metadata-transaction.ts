import type { UsageReads } from '../../../ports/metadata/collection.ts'
import type { MetadataLocks } from '../../../ports/metadata/locks.ts'
import type { MetadataTransaction } from '../../../ports/metadata-store.ts'
import { accountWrites } from './accounts.ts'
import { auditWrites } from './audit-writes.ts'
import { blobWrites } from './blob-writes.ts'
import { candidateWrites } from './candidates.ts'
import type { SqlConnection } from './connection.ts'
import { eventWrites } from './events.ts'
import { identityWrites } from './identity-writes.ts'
import { imageLockWrites } from './image-locks.ts'
import { lifecycleWrites } from './lifecycle.ts'
import { manifestWrites } from './manifest-writes.ts'
import { metadataReader } from './metadata-reader.ts'
import { planWrites } from './plans.ts'
import { registryWrites } from './registries.ts'
import { removalWrites } from './removals.ts'
import { repositoryWrites } from './repositories.ts'
import { repositoryDeletionWrites } from './repository-deletion.ts'
import type { ScarceQuotas } from './scarce-quotas.ts'
import { settingWrites } from './setting-writes.ts'
import { tagWrites } from './tags.ts'
import { templateWrites } from './templates.ts'
import type { TransactionNotes } from './transaction-notes.ts'
import { uploadWrites } from './uploads.ts'
import { usageWrites } from './usage-writes.ts'
import { webhookWrites } from './webhooks.ts'

export interface TransactionRun {
  /** Gathers what others are told of it. */
  readonly notes: TransactionNotes
  readonly scarce: ScarceQuotas
}

/**
 * Every change and every read, on the connection of one transaction.
 *
 * @param run what the store knows of it beside the database
 */
export function metadataTransaction(
  connection: SqlConnection,
  engine: UsageReads & MetadataLocks,
  { notes, scarce }: TransactionRun,
): MetadataTransaction {
  return {
    ...metadataReader(connection, engine),
    ...registryWrites(connection, notes.accounts),
    ...repositoryWrites(connection),
    ...repositoryDeletionWrites(connection),
    ...templateWrites(connection),
    ...manifestWrites(connection),
    ...tagWrites(connection),
    ...imageLockWrites(connection),
    ...planWrites(connection),
    ...lifecycleWrites(connection),
    ...blobWrites(connection),
    ...uploadWrites(connection),
    ...candidateWrites(connection),
    ...removalWrites(connection),
    ...eventWrites(connection, notes),
    ...auditWrites(connection),
    ...accountWrites(connection, notes.accounts),
    ...identityWrites(connection, notes.accounts),
    ...webhookWrites(connection),
    ...settingWrites(connection, notes.accounts),
    ...usageWrites(connection, scarce),
    ...engine,
  }
}
