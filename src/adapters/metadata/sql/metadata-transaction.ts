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
import { on, READER_PARTS } from './metadata-reader.ts'
import { lazilyTogether } from './parts.ts'
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

interface TransactionContext extends TransactionRun {
  readonly connection: SqlConnection
  readonly engine: UsageReads & MetadataLocks
}

const PARTS = [
  ...READER_PARTS,
  ({ connection, notes }: TransactionContext) => registryWrites(connection, notes.accounts),
  on(repositoryWrites),
  on(repositoryDeletionWrites),
  on(templateWrites),
  on(manifestWrites),
  on(tagWrites),
  on(imageLockWrites),
  on(planWrites),
  on(lifecycleWrites),
  on(blobWrites),
  on(uploadWrites),
  on(candidateWrites),
  on(removalWrites),
  ({ connection, notes }: TransactionContext) => eventWrites(connection, notes),
  on(auditWrites),
  ({ connection, notes }: TransactionContext) => accountWrites(connection, notes.accounts),
  ({ connection, notes }: TransactionContext) => identityWrites(connection, notes.accounts),
  on(webhookWrites),
  ({ connection, notes }: TransactionContext) => settingWrites(connection, notes.accounts),
  ({ connection, scarce }: TransactionContext) => usageWrites(connection, scarce),
  ({ engine }: TransactionContext) => engine,
] as const

const transactionOf = lazilyTogether<TransactionContext, typeof PARTS>(PARTS)

/**
 * Every change and every read, on the connection of one transaction.
 *
 * @param run what the store knows of it beside the database
 */
export function metadataTransaction(
  connection: SqlConnection,
  engine: UsageReads & MetadataLocks,
  run: TransactionRun,
): MetadataTransaction {
  return transactionOf({ connection, engine, ...run })
}
