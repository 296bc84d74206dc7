import type { UsageReads } from '../../../ports/metadata/collection.ts'
import type { MetadataLocks } from '../../../ports/metadata/locks.ts'
import type { MetadataTransaction } from '../../../ports/metadata-store.ts'
import { accountWrites } from './accounts.ts'
import { auditWrites } from './audit-writes.ts'
import { blobWrites } from './blob-writes.ts'
import { candidateWrites } from './candidates.ts'
import type { SqlConnection } from './connection.ts'
import { eventWrites } from './events.ts'
import type { ChangedAccounts } from './identity-epochs.ts'
import { identityWrites } from './identity-writes.ts'
import { manifestWrites } from './manifest-writes.ts'
import { metadataReader } from './metadata-reader.ts'
import { registryWrites } from './registries.ts'
import { removalWrites } from './removals.ts'
import { repositoryWrites } from './repositories.ts'
import { repositoryDeletionWrites } from './repository-deletion.ts'
import type { ScarceQuotas } from './scarce-quotas.ts'
import { settingWrites } from './setting-writes.ts'
import { tagWrites } from './tags.ts'
import { templateWrites } from './templates.ts'
import { uploadWrites } from './uploads.ts'
import { usageWrites } from './usage-writes.ts'

export interface TransactionRun {
  /** Gathers the accounts of which it changes identities. */
  readonly changed: ChangedAccounts
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
  { changed, scarce }: TransactionRun,
): MetadataTransaction {
  return {
    ...metadataReader(connection, engine),
    ...registryWrites(connection, changed),
    ...repositoryWrites(connection),
    ...repositoryDeletionWrites(connection),
    ...templateWrites(connection),
    ...manifestWrites(connection),
    ...tagWrites(connection),
    ...blobWrites(connection),
    ...uploadWrites(connection),
    ...candidateWrites(connection),
    ...removalWrites(connection),
    ...eventWrites(connection),
    ...auditWrites(connection),
    ...accountWrites(connection, changed),
    ...settingWrites(connection, changed),
    ...usageWrites(connection, scarce),
    ...identityWrites(connection, changed),
    ...engine,
  }
}
