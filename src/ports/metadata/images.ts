import type { Digest } from '../../core/digest.ts'
import type { StorageClass } from '../../core/lifecycle/lifecycle-image.ts'
import type { Tag } from '../../core/tag.ts'
import type { Manifest } from './manifests.ts'
import type { Page } from './page.ts'

/** A digest with one of its tags, in the order of `ListImages`: by digest, then tag; undefined tag for an untagged one. */
export interface ImageIdRow {
  readonly digest: Digest
  readonly tag: Tag | undefined
}

export interface ManifestWithTags extends Manifest {
  readonly tags: readonly Tag[]
}

export type TagStatus = 'TAGGED' | 'UNTAGGED' | 'ANY'

/** Manifests and tags together, as ECR's lists have them. Each page is one query, and costs the same wherever it lies. Without a storage class both are listed. */
export interface ImageReads {
  listImageIds(
    repositoryId: number,
    status: TagStatus,
    page: Page<ImageIdRow>,
    storageClass?: StorageClass,
  ): Promise<ImageIdRow[]>
  /** By digest, each with all its tags. */
  listManifests(
    repositoryId: number,
    status: TagStatus,
    page: Page<Digest>,
    storageClass?: StorageClass,
  ): Promise<ManifestWithTags[]>
}
