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

/** Every read, on one connection. */
export function metadataReader(connection: SqlConnection, engine: UsageReads): MetadataReader {
  return {
    ...registryReads(connection),
    ...repositoryReads(connection),
    ...repositoryDeletionReads(connection),
    ...templateReads(connection),
    ...manifestReads(connection),
    ...tagReads(connection),
    ...tagMemoryReads(connection),
    ...imageLockReads(connection),
    ...planReads(connection),
    ...lifecycleReads(connection),
    ...imageReads(connection),
    ...blobReads(connection),
    ...uploadReads(connection),
    ...candidateReads(connection),
    ...removalReads(connection),
    ...costReads(connection),
    ...eventReads(connection),
    ...auditReads(connection),
    ...accountReads(connection),
    ...settingReads(connection),
    ...identityReads(connection),
    ...webhookReads(connection),
    ...engine,
  }
}
