import type { AccountChanges, AccountReads } from './metadata/accounts.ts'
import type { AuditChanges, AuditReads } from './metadata/audit.ts'
import type { BlobChanges, BlobReads } from './metadata/blobs.ts'
import type {
  CandidateChanges,
  CandidateReads,
  RemovalChanges,
  RemovalReads,
  UsageReads,
} from './metadata/collection.ts'
import type { CostReads } from './metadata/costs.ts'
import type { CreationTemplateChanges, CreationTemplateReads } from './metadata/creation-templates.ts'
import type { EventChanges, EventReads } from './metadata/events.ts'
import type { IdentityReads, IdentityTransactions } from './metadata/identity.ts'
import type { ImageLockChanges, ImageLockReads } from './metadata/image-locks.ts'
import type { ImageReads } from './metadata/images.ts'
import type { LifecycleChanges, LifecycleReads } from './metadata/lifecycle.ts'
import type { MetadataLocks } from './metadata/locks.ts'
import type { ManifestChanges, ManifestReads } from './metadata/manifests.ts'
import type { PlanChanges, PlanReads } from './metadata/plans.ts'
import type { RegistryChanges, RegistryReads } from './metadata/registries.ts'
import type { RepositoryChanges, RepositoryReads } from './metadata/repositories.ts'
import type { RepositoryDeletionChanges, RepositoryDeletionReads } from './metadata/repository-deletion.ts'
import type { SettingChanges, SettingReads, UsageChanges } from './metadata/settings.ts'
import type { TagChanges, TagMemoryReads, TagReads } from './metadata/tags.ts'
import type { UploadChanges, UploadReads } from './metadata/uploads.ts'
import type { WebhookChanges, WebhookReads } from './metadata/webhooks.ts'

/**
 * Reads. Inside a transaction they see its own writes; deleted manifests and closed tags are never seen.
 *
 * A deleted repository is found neither by its name nor in a list, nor can it be locked; only `findStoredRepository`,
 * `holdersOfBlob` and `CostReads` know of it. Reads that are given a repository's number do not ask again whether it is live.
 */
export interface MetadataReader
  extends RegistryReads,
    RepositoryReads,
    RepositoryDeletionReads,
    CreationTemplateReads,
    ManifestReads,
    TagReads,
    TagMemoryReads,
    ImageLockReads,
    PlanReads,
    LifecycleReads,
    ImageReads,
    BlobReads,
    UploadReads,
    CandidateReads,
    RemovalReads,
    CostReads,
    UsageReads,
    EventReads,
    AuditReads,
    AccountReads,
    IdentityReads,
    WebhookReads,
    SettingReads {}

/**
 * Changes. A transaction takes effect as a whole or not at all, and once `transact` resolves it survives a power
 * cut. What a transaction has read and `lock`ed does not change under it until it ends.
 */
export interface MetadataTransaction
  extends MetadataReader,
    MetadataLocks,
    RegistryChanges,
    RepositoryChanges,
    RepositoryDeletionChanges,
    CreationTemplateChanges,
    ManifestChanges,
    TagChanges,
    ImageLockChanges,
    PlanChanges,
    LifecycleChanges,
    BlobChanges,
    UploadChanges,
    CandidateChanges,
    RemovalChanges,
    EventChanges,
    AuditChanges,
    AccountChanges,
    IdentityTransactions,
    WebhookChanges,
    SettingChanges,
    UsageChanges {}

/**
 * Everything but blob bytes. Methods refuse with `storage-full` or `storage-unavailable` when the database does; a
 * refused or failed transaction has changed nothing.
 */
export interface MetadataStore extends MetadataReader {
  /**
   * Runs `work` as one transaction and makes it durable. `work` may be run again from the start when the database
   * asks for it, so it must do nothing else that lasts.
   */
  transact<Result>(work: (transaction: MetadataTransaction) => Promise<Result>): Promise<Result>
  /**
   * Tells `listener` of every commit of this store that counted as a change of accounts' identities (`IdentityEpoch`), at
   * the very moment when others can see it and before `transact` resolves. What is rolled back is told to nobody, nor
   * is a commit of which nobody knows whether it took effect, nor one of another process: the epochs say those.
   *
   * @param listener is not waited for, and must not throw
   */
  watchIdentities(listener: (accountIds: readonly string[]) => void): void
  /** Tells `listener` of every commit of this store that recorded an event, as `watchIdentities` does. */
  watchEvents(listener: () => void): void
  /** Answers when the database can be written: readiness. */
  probe(): Promise<void>
  /** Waits for what runs; afterwards everything is refused. */
  close(): Promise<void>
}
