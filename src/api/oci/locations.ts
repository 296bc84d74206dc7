import type { Digest } from '../../core/digest.ts'
import type { RepositoryName } from '../../core/repository-name.ts'
import type { UploadId } from '../../ports/ids.ts'

/**
 * Addresses are relative and built from checked values only: no Host or X-Forwarded header can get into them
 * (oci.md 1.3), and none of the characters that these types allow needs escaping in a path.
 */
export function blobLocation(name: RepositoryName, digest: Digest): string {
  return `/v2/${name}/blobs/${digest}`
}

export function manifestLocation(name: RepositoryName, digest: Digest): string {
  return `/v2/${name}/manifests/${digest}`
}

export function uploadLocation(name: RepositoryName, upload: UploadId): string {
  return `/v2/${name}/blobs/uploads/${upload}`
}
