import type { Digest } from '../../core/digest.ts'
import type { StorageClass } from '../../core/lifecycle/lifecycle-image.ts'
import type { Tag } from '../../core/tag.ts'
import type { Page } from './page.ts'
import type { TagChange } from './tags.ts'

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
  readonly storageClass: StorageClass
  /** When it was last archived, and last restored. */
  readonly archivedAtMs: number | undefined
  readonly restoredAtMs: number | undefined
}

/** A manifest with everything the commit records: its bytes once by digest, its edges as rows. */
export interface NewManifest
  extends Omit<Manifest, 'lastPulledAtMs' | 'storageClass' | 'archivedAtMs' | 'restoredAtMs'> {
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
  /** Undefined for archived ones too. */
  readonly storageClass?: StorageClass | undefined
}

export interface StoredManifest {
  readonly digest: Digest
  readonly mediaType: string
  readonly storageClass: StorageClass
  readonly content: Uint8Array
}

export interface StorageClassChange {
  readonly storageClass: StorageClass
  readonly archivedAtMs: number | undefined
  readonly restoredAtMs: number | undefined
}

/** Deleted manifests are never seen. */
export interface ManifestReads {
  /** The tag's manifest: what a pull by tag reads, in one query. */
  readManifestByTag(repositoryId: number, tag: Tag): Promise<StoredManifest | undefined>
  /** What a pull by digest reads. */
  readManifest(repositoryId: number, digest: Digest): Promise<StoredManifest | undefined>
  /**
   * The bytes of those of `digests` that the repository holds, past every cache: for whoever looks at many of them once.
   * How many bytes that may be is the caller's to bound.
   */
  readContents(repositoryId: number, digests: readonly Digest[]): Promise<Map<Digest, Uint8Array>>
  /**
   * The same, also of deleted ones whose window has not ended: of the smallest, as many as have `mostBytes` together.
   */
  readStoredContents(
    repositoryId: number,
    digests: readonly Digest[],
    mostBytes: number,
  ): Promise<Map<Digest, Uint8Array>>
  /** What is known of it, without its bytes. */
  findManifest(repositoryId: number, digest: Digest): Promise<Manifest | undefined>
  /** By digest. */
  listReferrers(repositoryId: number, filter: ReferrerFilter, page: Page<Digest>): Promise<Referrer[]>
  /** The annotations of those of `digests` that have some. */
  readAnnotations(repositoryId: number, digests: readonly Digest[]): Promise<Map<Digest, Annotations>>
  /** Of `digests`, the manifests that the repository holds. */
  existingManifests(repositoryId: number, digests: readonly Digest[]): Promise<Map<Digest, Manifest>>
  /** Indexes in the repository that hold `child`. At most `limit`. */
  parentsOf(repositoryId: number, child: Digest, limit: number): Promise<Digest[]>
  /** What an index holds, also one that was deleted and whose window has not ended; some of it may not be there. By digest. */
  childrenOf(repositoryId: number, parent: Digest): Promise<Digest[]>
  hasManifests(repositoryId: number): Promise<boolean>
}

export interface ManifestChanges {
  /**
   * Inserts the manifest with its edges, or revives one that was deleted, or takes one out of the archive. Any other that
   * is there is left as it is.
   */
  putManifest(repositoryId: number, manifest: NewManifest): Promise<'created' | 'restored' | 'existing'>
  /**
   * Hides a manifest and closes its tags. Its edges stay until `purgeManifest`; it becomes a candidate due at
   * `purgeDueAtMs`. Refuses nothing: the caller has looked for indexes that hold it, under the exclusive lock.
   *
   * @returns the tags that pointed at it; none when it is not there
   */
  deleteManifest(
    repositoryId: number,
    digest: Digest,
    deletion: TagChange & { readonly purgeDueAtMs: number },
  ): Promise<Tag[]>
  /**
   * Brings back what the plan deleted, as it was but for its tags, which are the caller's to set. The caller holds the
   * repository exclusively.
   *
   * @returns `live`: it is there already, and was left as it is; `gone`: its window has ended, or another plan deleted it
   */
  restoreManifest(repositoryId: number, digest: Digest, planId: string): Promise<'restored' | 'live' | 'gone'>
  /** Archives a manifest or takes it out of the archive. What is not there, or deleted, is passed over. */
  setStorageClass(repositoryId: number, digest: Digest, change: StorageClassChange): Promise<void>
  /** Forgets a deleted manifest for good and drops its edges; every blob they held becomes a candidate. No-op if live. */
  purgeManifest(repositoryId: number, digest: Digest, blobsDueAtMs: number): Promise<'purged' | 'kept'>
  /** Sets the last pull of manifests, in bulk, and never to an earlier time; unknown ones are passed over. */
  recordPulls(pulls: readonly { repositoryId: number; digest: Digest; atMs: number }[]): Promise<void>
}
