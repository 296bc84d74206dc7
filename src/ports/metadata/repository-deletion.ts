import type { Digest } from '../../core/digest.ts'
import type { Page } from './page.ts'
import type { Repository } from './repositories.ts'

/** A repository, live or deleted. */
export interface StoredRepository extends Repository {
  /** When it was deleted. Until its purge begins everything it held is there, so that it could be brought back. */
  readonly deletedAtMs: number | undefined
  /** Whether some of it is gone already. */
  readonly isPurging: boolean
}

/** How far `purgeRepository` came. */
export interface RepositoryPurge {
  /** `kept`: it is live, or not there at all; `begun`: there is more to purge; `purged`: nothing is left of it. */
  readonly state: 'kept' | 'begun' | 'purged'
  /** How many manifests this call has purged. */
  readonly manifests: number
}

/** What a page of rows comes to. */
export interface WeighedPage {
  readonly count: number
  readonly sizeBytes: number
  /** After which the next page begins; undefined when this one was empty. */
  readonly last: Digest | undefined
}

export interface RepositoryDeletionReads {
  /** By its number, live or deleted: for the janitor, who has nothing but that. */
  findStoredRepository(repositoryId: number): Promise<StoredRepository | undefined>
  /** A page of the repository's manifests, deleted ones included: what its purge would take. */
  weighManifests(repositoryId: number, page: Page<Digest>): Promise<WeighedPage>
  /** A page of the blobs that the repository may see, of which those count that no other repository may see. */
  weighBlobs(repositoryId: number, page: Page<Digest>): Promise<WeighedPage>
}

export interface RepositoryDeletionChanges {
  /**
   * Hides the repository and frees its name; it becomes a candidate due at `purgeDueAtMs`. Changes a bounded number of
   * rows, however much it holds: that stays until `purgeRepository`. Its uploads expire. No-op unless it is live.
   */
  deleteRepository(repositoryId: number, nowMs: number, purgeDueAtMs: number): Promise<void>
  /**
   * Brings a deleted repository back as it was; only its uploads stay expired.
   *
   * @returns `taken`: another one has its name now; `gone`: its purge has begun, or it was not deleted
   */
  restoreRepository(repositoryId: number): Promise<'restored' | 'taken' | 'gone'>
  /**
   * Forgets up to `limit` rows of a deleted repository, and with the last of them the repository itself; to be called
   * until it says `purged`. Once it has begun the repository cannot be brought back. Every blob that it lets go of
   * becomes a candidate of no repository, due at `blobsDueAtMs`, in the transaction that removes the last edge.
   */
  purgeRepository(
    repositoryId: number,
    page: { readonly limit: number; readonly blobsDueAtMs: number },
  ): Promise<RepositoryPurge>
}
