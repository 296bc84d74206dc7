import type { Digest } from '../../core/digest.ts'
import type { BlobLocation } from '../blob-store.ts'
import type { Repository } from './repositories.ts'
import type { StoredRepository } from './repository-deletion.ts'

export interface BlobRecord {
  readonly digest: Digest
  readonly sizeBytes: number
  readonly location: BlobLocation
  /** A damaged blob is out of service: readers are told that it is unknown, and the next push of it repairs it. */
  readonly state: 'live' | 'damaged'
  /** Until when the blob stays although nothing refers to it. */
  readonly leaseUntilMs: number
  readonly verifiedAtMs: number | undefined
}

/** Damaged blobs are given with the others: what to do about them is the caller's to know. */
export interface BlobReads {
  /** The blob, if this repository may see it: what every blob read asks. */
  findRepositoryBlob(repositoryId: number, digest: Digest): Promise<BlobRecord | undefined>
  /** Of `digests`, the blobs that the repository may see. */
  existingRepositoryBlobs(repositoryId: number, digests: readonly Digest[]): Promise<Map<Digest, BlobRecord>>
  /** Whether any live manifest of the repository refers to the blob. */
  isBlobReferenced(repositoryId: number, digest: Digest): Promise<boolean>
  /** Live repositories of the registry that may see the blob, for a mount without `from`. At most `limit`. */
  repositoriesWithBlob(registryId: number, digest: Digest, limit: number): Promise<Repository[]>
  /** Repositories of the installation, live or deleted, that may see the blob. At most `limit`. */
  holdersOfBlob(digest: Digest, limit: number): Promise<StoredRepository[]>
  /** Whoever may see it: not for a request. */
  findBlob(digest: Digest): Promise<BlobRecord | undefined>
  /** Live blobs in the order of their last check, never-checked ones first. */
  listBlobsToVerify(limit: number): Promise<BlobRecord[]>
}

export interface BlobChanges {
  /**
   * Records a committed blob as the current copy of its digest, live and leased until `leaseUntilMs`, or longer if it
   * was. A copy that was current before becomes a removal, due at `replacedDueAtMs`.
   *
   * @returns the record that was current before, if any
   */
  putBlob(blob: BlobRecord, replacedDueAtMs: number): Promise<BlobRecord | undefined>
  /** Extends leases, never shortens them. Unknown digests are passed over. */
  leaseBlobs(digests: readonly Digest[], leaseUntilMs: number): Promise<void>
  /** The caller holds the exclusive lock and has seen that the copy is still the one it means. */
  setBlobState(digest: Digest, state: BlobRecord['state']): Promise<void>
  /** When its bytes were last read back and found intact. */
  setBlobVerified(digest: Digest, atMs: number): Promise<void>
  /** Forgets the blob; its bytes become a removal. Refuses nothing: the caller has locked and checked. */
  deleteBlob(digest: Digest, removalDueAtMs: number): Promise<void>
  /**
   * Whether any repository may see the blob or any manifest refers to it. Deleted manifests and repositories count until
   * they are purged.
   */
  isBlobHeld(digest: Digest): Promise<boolean>
  /** Whether any manifest of the repository, deleted ones in their window included, refers to the blob. */
  isBlobHeldBy(repositoryId: number, digest: Digest): Promise<boolean>
  /** Lets the repository see the blob, and makes it a candidate due at `candidateDueAtMs`: nothing refers to it yet. */
  linkBlob(repositoryId: number, digest: Digest, candidateDueAtMs: number): Promise<void>
  /** Hides the blob from the repository. Makes no candidate: that is the caller's, if the blob is to go. */
  unlinkBlob(repositoryId: number, digest: Digest): Promise<void>
}
