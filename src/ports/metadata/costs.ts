import type { Digest } from '../../core/digest.ts'
import type { BlobLocation } from '../blob-store.ts'

/** A blob and one of the repositories that hold it: those that may see it, and those that hold it hidden. */
export interface BlobHolding {
  readonly digest: Digest
  readonly sizeBytes: number
  /** As `BlobRecord` has it. */
  readonly leaseUntilMs: number
  /** Undefined, in the blob's only row, when no repository does. */
  readonly repositoryId: number | undefined
  /**
   * `live`: a live manifest of the repository refers to the blob; `deleted`: only deleted ones do; `unused`: none does;
   * `undecided`: as far as it was looked, only deleted ones do, and `listBlobReferences` says more.
   */
  readonly hold: 'live' | 'deleted' | 'unused' | 'undecided'
  /**
   * Whether manifests of other repositories refer to the blob, who need not see it. Only looked at where no repository
   * holds it and, of a single repository's blobs, in that one's own rows; else false.
   */
  readonly isReferredElsewhere: boolean
}

/** After which row a page begins. */
export interface HoldingKey {
  readonly digest: Digest
  /** 0 for the row without a repository. */
  readonly repositoryId: number
}

/** How many manifests of one repository a page has. */
export interface ManifestCount {
  readonly repositoryId: number
  readonly live: number
  readonly deleted: number
  /** The last one's. */
  readonly last: Digest
}

/** What storage is used for. A page is a read of a few milliseconds, whatever there is; the last one is not full. */
export interface CostReads {
  /** Repositories, live or deleted, that come after this number, by their numbers. */
  listRepositoryPlaces(
    afterRepositoryId: number,
    limit: number,
  ): Promise<{ readonly id: number; readonly registryId: number; readonly name: string; readonly isDeleted: boolean }[]>
  /** Every blob with everybody who holds it, by digest, then repository. */
  listBlobHoldings(after: HoldingKey | undefined, limit: number): Promise<BlobHolding[]>
  /** The same of the blobs that one repository holds. The `hold` of the others is not looked at, and `unused`. */
  listHoldingsOfRepository(repositoryId: number, after: HoldingKey | undefined, limit: number): Promise<BlobHolding[]>
  /** The manifests of a repository, deleted ones included, that refer to a blob, in any fixed order. */
  listBlobReferences(
    repositoryId: number,
    blob: Digest,
    page: { readonly after: Digest | undefined; readonly limit: number },
  ): Promise<{ readonly manifest: Digest; readonly isLive: boolean }[]>
  /** Counts the next `limit` manifests after this one, by repository and digest: fewer in all mean that it was the last page. */
  countManifests(
    after: { readonly repositoryId: number; readonly digest: Digest | undefined },
    limit: number,
  ): Promise<ManifestCount[]>
  /** What the next `limit` removals after this one come to; `last` is undefined when there was none. */
  weighRemovals(
    after: BlobLocation | undefined,
    limit: number,
  ): Promise<{ readonly count: number; readonly sizeBytes: number; readonly last: BlobLocation | undefined }>
}
