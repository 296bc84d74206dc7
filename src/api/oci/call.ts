import type { Digest, DigestAlgorithm } from '../../core/digest.ts'
import type { RepositoryName } from '../../core/repository-name.ts'
import type { Tag } from '../../core/tag.ts'
import type { UploadId } from '../../ports/ids.ts'
import type { ManifestReference } from '../../services/pull-manifest.ts'

/**
 * One request of the OCI surface, parsed: every text in it is checked, so that handlers cannot meet a bad one. A
 * member for each row of the endpoint table (distribution-spec, "Endpoints"); made only by `parseCall`.
 */
export type OciCall =
  /** end-1, HEAD too. */
  | { readonly kind: 'version' }
  /** `GET /v2/_oci/ext/discover`. */
  | { readonly kind: 'extensions-discover' }
  /** `GET /v2/_catalog`. */
  | ({ readonly kind: 'catalog' } & PageOf<string>)
  | ({ readonly kind: 'tag-list'; readonly name: RepositoryName } & PageOf<string>)
  | ReferrersCall
  | { readonly kind: 'blob-get' | 'blob-head' | 'blob-delete'; readonly name: RepositoryName; readonly digest: Digest }
  | {
      readonly kind: 'manifest-get' | 'manifest-head' | 'manifest-delete'
      readonly name: RepositoryName
      readonly reference: ManifestReference
    }
  | ManifestPutCall
  | UploadStartCall
  | {
      readonly kind: 'upload-status' | 'upload-append' | 'upload-cancel'
      readonly name: RepositoryName
      readonly uploadId: UploadId
    }
  | {
      readonly kind: 'upload-finish'
      readonly name: RepositoryName
      readonly uploadId: UploadId
      readonly digest: Digest
    }

/** A page of a list: at most `n` of what follows `last`. */
interface PageOf<Key> {
  /** Zero and up; undefined when the client leaves it to the registry. */
  readonly n: number | undefined
  /** Any text for tags and names: it need not exist, it only has a place in the order. */
  readonly last: Key | undefined
}

interface ReferrersCall extends PageOf<Digest> {
  readonly kind: 'referrers'
  readonly name: RepositoryName
  readonly digest: Digest
  /** Any of these; empty for all. */
  readonly artifactTypes: readonly string[]
}

interface ManifestPutCall {
  readonly kind: 'manifest-put'
  readonly name: RepositoryName
  readonly reference: ManifestReference
  /** From `?tag=`, each once (end-7b); the tag in the path is not repeated here. */
  readonly tags: readonly Tag[]
}

interface UploadStartCall {
  readonly kind: 'upload-start'
  readonly name: RepositoryName
  /** With it the request's body is the whole blob (end-4b). */
  readonly digest: Digest | undefined
  /** end-4c. */
  readonly digestAlgorithm: DigestAlgorithm | undefined
  /** end-11; undefined also when `from` is no repository name, because such a mount comes to a plain upload. */
  readonly mount: Digest | undefined
  readonly from: RepositoryName | undefined
}
