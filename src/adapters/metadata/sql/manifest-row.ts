import type { Digest } from '../../../core/digest.ts'
import type { StorageClass } from '../../../core/lifecycle/lifecycle-image.ts'
import type { Manifest, NewManifest } from '../../../ports/metadata/manifests.ts'

/** Not the annotations: they can be large, and only a list of referrers wants them. */
export const MANIFEST_COLUMNS = [
  'manifests.digest',
  'manifests.media_type',
  'manifests.artifact_type',
  'manifests.config_media_type',
  'manifests.subject',
  'manifests.size_bytes',
  'manifests.image_size_bytes',
  'manifests.pushed_at_ms',
  'manifests.last_pulled_at_ms',
  'manifests.storage_class',
  'manifests.archived_at_ms',
  'manifests.restored_at_ms',
] as const

export interface ManifestRow {
  readonly digest: Digest
  readonly media_type: string
  readonly artifact_type: string | null
  readonly config_media_type: string | null
  readonly subject: Digest | null
  readonly size_bytes: number
  readonly image_size_bytes: number
  readonly pushed_at_ms: number
  readonly last_pulled_at_ms: number | null
  readonly storage_class: StorageClass
  readonly archived_at_ms: number | null
  readonly restored_at_ms: number | null
}

export function toManifest(row: ManifestRow): Manifest {
  return {
    digest: row.digest,
    mediaType: row.media_type,
    artifactType: row.artifact_type ?? undefined,
    configMediaType: row.config_media_type ?? undefined,
    subject: row.subject ?? undefined,
    sizeBytes: row.size_bytes,
    imageSizeBytes: row.image_size_bytes,
    pushedAtMs: row.pushed_at_ms,
    lastPulledAtMs: row.last_pulled_at_ms ?? undefined,
    storageClass: row.storage_class,
    archivedAtMs: row.archived_at_ms ?? undefined,
    restoredAtMs: row.restored_at_ms ?? undefined,
  }
}

/** The columns that are null when there is no value, with the key. */
export function fromManifest(repositoryId: number, manifest: NewManifest) {
  return {
    repositoryId,
    digest: manifest.digest,
    mediaType: manifest.mediaType,
    artifactType: manifest.artifactType ?? null,
    configMediaType: manifest.configMediaType ?? null,
    subject: manifest.subject ?? null,
    sizeBytes: manifest.sizeBytes,
    imageSizeBytes: manifest.imageSizeBytes,
    annotations: manifest.annotations === undefined ? null : JSON.stringify(manifest.annotations),
    pushedAtMs: manifest.pushedAtMs,
  }
}
