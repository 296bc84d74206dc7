import type { UsageReads } from '../../../ports/metadata/collection.ts'
import type { MetadataReader } from '../../../ports/metadata-store.ts'
import { accountReads } from './accounts.ts'
import { auditReads } from './audit.ts'
import { blobReads } from './blobs.ts'
import { candidateReads } from './candidates.ts'
import type { SqlConnection } from './connection.ts'
import { costReads } from './costs.ts'
import { eventReads } from './events.ts'
import { identityReads } from './identities.ts'
import { imageLockReads } from './image-locks.ts'
import { imageReads } from './images.ts'
import { lifecycleReads } from './lifecycle.ts'
import { manifestReads } from './manifests.ts'
import { together } from './parts.ts'
import { planReads } from './plans.ts'
import { registryReads } from './registries.ts'
import { removalReads } from './removals.ts'
import { repositoryReads } from './repositories.ts'
import { repositoryDeletionReads } from './repository-deletion.ts'
import { settingReads } from './settings.ts'
import { tagMemoryReads } from './tag-memory.ts'
import { tagReads } from './tags.ts'
import { templateReads } from './templates.ts'
import { uploadReads } from './uploads.ts'
import { webhookReads } from './webhooks.ts'

export interface ReaderContext {
  readonly connection: SqlConnection
  readonly engine: UsageReads
}

/** A part that needs the connection and nothing else. */
export const on =
  <Methods extends object>(methods: (connection: SqlConnection) => Methods) =>
  ({ connection }: Pick<ReaderContext, 'connection'>) =>
    methods(connection)

export const READER_PARTS = [
  on(registryReads),
  on(repositoryReads),
  on(repositoryDeletionReads),
  on(templateReads),
  on(manifestReads),
  on(tagReads),
  on(tagMemoryReads),
  on(imageLockReads),
  on(planReads),
  on(lifecycleReads),
  on(imageReads),
  on(blobReads),
  on(uploadReads),
  on(candidateReads),
  on(removalReads),
  on(costReads),
  on(eventReads),
  on(auditReads),
  on(accountReads),
  on(settingReads),
  on(identityReads),
  on(webhookReads),
  ({ engine }: ReaderContext) => engine,
] as const

const readerOf = together<ReaderContext, typeof READER_PARTS>(READER_PARTS)

/** Every read, on one connection. */
export function metadataReader(connection: SqlConnection, engine: UsageReads): MetadataReader {
  return readerOf({ connection, engine })
}
