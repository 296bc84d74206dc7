import type { Digest } from '../core/digest.ts'
import type { RepositoryName } from '../core/repository-name.ts'
import type { Tag } from '../core/tag.ts'
import type { TagMutability } from '../core/tag-mutability.ts'
import type { BlobLocation } from './blob-store.ts'
import type { UploadId } from './ids.ts'

/** One account in one region. */
export interface Registry {
  readonly id: number
  readonly accountId: string
  readonly region: string
}

export interface Repository {
  readonly id: number
  readonly registryId: number
  readonly name: RepositoryName
  readonly createdAtMs: number
  readonly tagMutability: TagMutability
  readonly scanOnPush: boolean
  readonly encryption: { readonly type: string; readonly kmsKey?: string }
  /** Set by a creation template, until the policy operations exist; kept verbatim. */
  readonly repositoryPolicyText?: string
  readonly lifecyclePolicyText?: string
}
export type NewRepository = Omit<Repository, 'id'>

/** The settings that can change after creation. */
export type RepositoryChange = Partial<Pick<Repository, 'tagMutability' | 'scanOnPush'>>

/** A manifest as one repository holds it. */
export interface Manifest {
  readonly digest: Digest
  /** As pushed, without parameters. */
  readonly mediaType: string
  /** What referrers and ECR call its type: `artifactType`, else the config's media type; undefined for a plain index. */
  readonly artifactType: string | undefined
  readonly configMediaType: string | undefined
  readonly subject: Digest | undefined
  /** Length of the manifest itself. */
  readonly sizeBytes: number
  /** Config and layers as the descriptors declare them; for an index the largest of its children. */
  readonly imageSizeBytes: number
  readonly pushedAtMs: number
  readonly lastPulledAtMs: number | undefined
}

/** A manifest with everything the commit records: its bytes once by digest, its edges as rows. */
export interface NewManifest extends Omit<Manifest, 'lastPulledAtMs'> {
  readonly content: Uint8Array
  /** What its descriptor among the referrers of its subject carries. */
  readonly annotations: Annotations | undefined
  /**
   * Manifests that this index holds. With sparse indexes and foreign layers these and `blobs` may name what the
   * repository does not have; should it come later, it is held from then on.
   */
  readonly children: readonly Digest[]
  /** Config and layers, and an index's entries that are blobs. */
  readonly blobs: readonly Digest[]
}

export type Annotations = Readonly<Record<string, string>>

/** A manifest with a subject. Its annotations are read by themselves, because they can be large. */
export interface Referrer extends Manifest {
  /** How many bytes its annotations take as JSON; 0 when it has none. */
  readonly annotationsBytes: number
}

/** What is asked for of one subject's referrers. */
export interface ReferrerFilter {
  readonly subject: Digest
  /** Any of these, without a NUL in them; empty for all. */
  readonly artifactTypes: readonly string[]
}

export interface StoredManifest {
  readonly digest: Digest
  readonly mediaType: string
  readonly content: Uint8Array
}

export interface TagEntry {
  readonly tag: Tag
  readonly digest: Digest
  /** Since when the tag points there. */
  readonly fromMs: number
}

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

export interface Upload {
  readonly id: UploadId
  readonly repositoryId: number
  /** The ARN of who began it; nobody else may go on with it. */
  readonly principal: string
  readonly surface: 'oci' | 'ecr'
  readonly startedAtMs: number
  readonly expiresAtMs: number
}

export interface CreationTemplate {
  /** Without a trailing slash, or `ROOT`. */
  readonly prefix: string
  readonly description?: string
  readonly appliedFor: readonly ('REPLICATION' | 'PULL_THROUGH_CACHE' | 'CREATE_ON_PUSH')[]
  readonly tagMutability: TagMutability
  readonly encryption?: { readonly type: string; readonly kmsKey?: string }
  readonly resourceTags: readonly ResourceTag[]
  readonly repositoryPolicyText?: string
  readonly lifecyclePolicyText?: string
  readonly customRoleArn?: string
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

export interface ResourceTag {
  readonly key: string
  readonly value: string
}

/** What the collector looks at: a blob in a repository, or a deleted manifest whose restore window ends. */
export type Candidate =
  | {
      readonly kind: 'blob'
      readonly repositoryId: number | undefined
      readonly digest: Digest
      readonly dueAtMs: number
    }
  | { readonly kind: 'manifest'; readonly repositoryId: number; readonly digest: Digest; readonly dueAtMs: number }

/** Bytes that no metadata refers to any more and that are to be unlinked. */
export interface BlobRemoval {
  readonly location: BlobLocation
  readonly digest: Digest
  readonly sizeBytes: number
  readonly dueAtMs: number
  /** Why it goes, for the one who asks afterwards. */
  readonly why: 'unreferenced' | 'replaced'
}

/** A fact for operators and, later, for subscribers; written in the transaction that made it true. */
export interface EventRecord {
  readonly kind: string
  readonly atMs: number
  readonly repositoryId: number | undefined
  readonly detail: Readonly<Record<string, unknown>>
}

/** A page of a list in ascending byte order: what follows `after`, at most `limit` of it. */
export interface Page<Key = string> {
  readonly after?: Key | undefined
  readonly limit: number
}

/** A digest with one of its tags, in the order of `ListImages`: by digest, then tag; undefined tag for an untagged one. */
export interface ImageIdRow {
  readonly digest: Digest
  readonly tag: Tag | undefined
}
export interface ManifestWithTags extends Manifest {
  readonly tags: readonly Tag[]
}
export type TagStatus = 'TAGGED' | 'UNTAGGED' | 'ANY'

/** Reads. Inside a transaction they see its own writes; deleted manifests and closed tags are never seen. */
export interface MetadataReader {
  findRegistry(accountId: string, region: string): Promise<Registry | undefined>
  getAccountSettings(registryId: number): Promise<Readonly<Record<string, string>>>

  findRepository(registryId: number, name: RepositoryName): Promise<Repository | undefined>
  /** In byte order of their names. */
  listRepositories(registryId: number, page: Page): Promise<Repository[]>
  listResourceTags(repositoryId: number): Promise<ResourceTag[]>

  findCreationTemplate(registryId: number, prefix: string): Promise<CreationTemplate | undefined>
  listCreationTemplates(registryId: number, page: Page): Promise<CreationTemplate[]>

  /** The tag's manifest: what a pull by tag reads, in one query. */
  readManifestByTag(repositoryId: number, tag: Tag): Promise<StoredManifest | undefined>
  readManifest(repositoryId: number, digest: Digest): Promise<StoredManifest | undefined>
  findManifest(repositoryId: number, digest: Digest): Promise<Manifest | undefined>
  findTag(repositoryId: number, tag: Tag): Promise<TagEntry | undefined>
  tagsOf(repositoryId: number, digest: Digest): Promise<Tag[]>
  /** In byte order. */
  listTags(repositoryId: number, page: Page): Promise<TagEntry[]>
  listImageIds(repositoryId: number, status: TagStatus, page: Page<ImageIdRow>): Promise<ImageIdRow[]>
  /** By digest, each with all its tags. */
  listManifests(repositoryId: number, status: TagStatus, page: Page<Digest>): Promise<ManifestWithTags[]>
  /** By digest. */
  listReferrers(repositoryId: number, filter: ReferrerFilter, page: Page<Digest>): Promise<Referrer[]>
  /** The annotations of those of `digests` that have some. */
  readAnnotations(repositoryId: number, digests: readonly Digest[]): Promise<Map<Digest, Annotations>>
  /** Of `digests`, the manifests that the repository holds. */
  existingManifests(repositoryId: number, digests: readonly Digest[]): Promise<Map<Digest, Manifest>>
  /** Indexes in the repository that hold `child`. At most `limit`. */
  parentsOf(repositoryId: number, child: Digest, limit: number): Promise<Digest[]>
  hasManifests(repositoryId: number): Promise<boolean>

  /** The blob, if this repository may see it: what every blob read asks. */
  findRepositoryBlob(repositoryId: number, digest: Digest): Promise<BlobRecord | undefined>
  existingRepositoryBlobs(repositoryId: number, digests: readonly Digest[]): Promise<Map<Digest, BlobRecord>>
  /** Whether any manifest of the repository refers to the blob. */
  isBlobReferenced(repositoryId: number, digest: Digest): Promise<boolean>
  /** Repositories of the registry that may see the blob, for a mount without `from`. At most `limit`. */
  repositoriesWithBlob(registryId: number, digest: Digest, limit: number): Promise<Repository[]>
  findBlob(digest: Digest): Promise<BlobRecord | undefined>

  findUpload(id: UploadId): Promise<Upload | undefined>
  countUploads(principal: string): Promise<number>
  listExpiredUploads(nowMs: number, limit: number): Promise<Upload[]>

  /** Due candidates, oldest first (ties in any fixed order); with `after`, what follows it, whether or not it is still there. */
  listDueCandidates(nowMs: number, limit: number, after?: Candidate): Promise<Candidate[]>
  listDueRemovals(nowMs: number, limit: number): Promise<BlobRemoval[]>
  /** Live blobs in the order of their last check, never-checked ones first. */
  listBlobsToVerify(limit: number): Promise<BlobRecord[]>
  /** Counts and sums for the collector's brake and for metrics; deleted manifests count until they are purged. May be a few minutes old. */
  usage(): Promise<{ readonly blobs: number; readonly blobBytes: number; readonly manifests: number }>
  /** By id. Where transactions run side by side, one that commits late may show an event with an id already passed. */
  listEvents(page: Page<number>): Promise<(EventRecord & { readonly id: number })[]>
}

/**
 * Changes. A transaction takes effect as a whole or not at all, and once `transact` resolves it survives a power
 * cut. What a transaction has read and `lock`ed does not change under it until it ends.
 */
export interface MetadataTransaction extends MetadataReader {
  /** The registry, made when there is none. */
  ensureRegistry(accountId: string, region: string, nowMs: number): Promise<Registry>
  putAccountSetting(registryId: number, name: string, value: string): Promise<void>

  /**
   * Keeps the repository as it is until the transaction ends. `shared`: others may push at the same time, none may
   * delete from it; `exclusive`: nobody else changes anything in it.
   *
   * @returns the repository as it is now, or undefined when it is gone
   */
  lockRepository(repositoryId: number, mode: 'shared' | 'exclusive'): Promise<Repository | undefined>
  /** Keeps anybody else from writing this tag until the transaction ends. Lock several in byte order. */
  lockTag(repositoryId: number, tag: Tag): Promise<void>
  /** Keeps blobs from being collected until the transaction ends, and the collector from them while others hold them. */
  lockBlobs(digests: readonly Digest[], mode: 'shared' | 'exclusive'): Promise<void>

  /** @returns undefined when a repository of that name exists */
  insertRepository(repository: NewRepository): Promise<Repository | undefined>
  updateRepository(repositoryId: number, change: RepositoryChange): Promise<void>
  /** Removes the repository and all its edges; every blob it held becomes a candidate, due at `dueAtMs`. */
  deleteRepository(repositoryId: number, dueAtMs: number): Promise<void>
  putResourceTags(repositoryId: number, tags: readonly ResourceTag[]): Promise<void>
  deleteResourceTags(repositoryId: number, keys: readonly string[]): Promise<void>

  /** Inserts or replaces by prefix. */
  putCreationTemplate(registryId: number, template: CreationTemplate): Promise<void>
  deleteCreationTemplate(registryId: number, prefix: string): Promise<void>

  insertUpload(upload: Upload): Promise<void>
  deleteUpload(id: UploadId): Promise<void>
  touchUpload(id: UploadId, expiresAtMs: number): Promise<void>

  /**
   * Records a committed blob as the current copy of its digest, live and leased until `leaseUntilMs`. A copy that
   * was current before becomes a removal, due at `replacedDueAtMs`.
   *
   * @returns the record that was current before, if any
   */
  putBlob(blob: BlobRecord, replacedDueAtMs: number): Promise<BlobRecord | undefined>
  /** Extends leases, never shortens them. Unknown digests are passed over. */
  leaseBlobs(digests: readonly Digest[], leaseUntilMs: number): Promise<void>
  setBlobState(digest: Digest, state: BlobRecord['state']): Promise<void>
  setBlobVerified(digest: Digest, atMs: number): Promise<void>
  /** Forgets the blob; its bytes become a removal. Refuses nothing: the caller has locked and checked. */
  deleteBlob(digest: Digest, removalDueAtMs: number): Promise<void>
  /** Whether any repository may see the blob or any manifest, deleted ones in their window included, refers to it. */
  isBlobHeld(digest: Digest): Promise<boolean>
  /** Whether any manifest of the repository, deleted ones in their window included, refers to the blob. */
  isBlobHeldBy(repositoryId: number, digest: Digest): Promise<boolean>

  /** Lets the repository see the blob, and makes it a candidate due at `candidateDueAtMs`: nothing refers to it yet. */
  linkBlob(repositoryId: number, digest: Digest, candidateDueAtMs: number): Promise<void>
  unlinkBlob(repositoryId: number, digest: Digest): Promise<void>

  /** Inserts the manifest with its edges, or revives one that was deleted. An existing one is left as it is. */
  putManifest(repositoryId: number, manifest: NewManifest): Promise<'created' | 'existing'>
  /**
   * Hides a manifest and closes its tags. Its edges stay until `purgeManifest`; it becomes a candidate due at
   * `purgeDueAtMs`.
   *
   * @returns the tags that pointed at it
   */
  deleteManifest(repositoryId: number, digest: Digest, nowMs: number, purgeDueAtMs: number): Promise<Tag[]>
  /** Forgets a deleted manifest for good and drops its edges; every blob they held becomes a candidate. No-op if live. */
  purgeManifest(repositoryId: number, digest: Digest, blobsDueAtMs: number): Promise<'purged' | 'kept'>
  /** Points the tag at the digest; the row that said otherwise is closed, and stays as history. */
  putTag(repositoryId: number, tag: Tag, digest: Digest, nowMs: number): Promise<void>
  /** @returns whether it existed */
  deleteTag(repositoryId: number, tag: Tag, nowMs: number): Promise<boolean>
  /** Sets the last pull of manifests, in bulk; unknown ones are passed over. */
  recordPulls(pulls: readonly { repositoryId: number; digest: Digest; atMs: number }[]): Promise<void>

  /** There is one candidate per kind, repository and digest: a new due time replaces the old one. */
  addCandidate(candidate: Candidate): Promise<void>
  /** @returns whether it was there with this very due time; with another one it has been made anew, and stays */
  deleteCandidate(candidate: Candidate): Promise<boolean>
  deleteRemoval(location: BlobLocation): Promise<void>
  recordEvent(event: EventRecord): Promise<void>
  deleteEventsBefore(atMs: number, limit: number): Promise<number>
}

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
  /** Answers when the database can be written: readiness. */
  probe(): Promise<void>
  close(): Promise<void>
}
