import type { Digest } from '../../core/digest.ts'
import type { RepositoryName } from '../../core/repository-name.ts'
import type { UploadId } from '../../ports/ids.ts'
import { blobLocation, uploadLocation } from './locations.ts'
import { OCI_HEADERS } from './oci-headers.ts'

export function blobCreated(name: RepositoryName, digest: Digest): Response {
  const headers = { ...OCI_HEADERS, Location: blobLocation(name, digest), 'Docker-Content-Digest': digest }
  return new Response(null, { status: 201, headers })
}

export function uploadAccepted(name: RepositoryName, upload: UploadId, sizeBytes: number): Response {
  return new Response(null, { status: 202, headers: uploadHeaders(name, upload, sizeBytes) })
}

/** `Range` says what is there; an empty upload has no spelling of its own, and `0-0` is what clients know (oci.md 1.3). */
export function uploadHeaders(name: RepositoryName, upload: UploadId, sizeBytes: number): Record<string, string> {
  return {
    ...OCI_HEADERS,
    Location: uploadLocation(name, upload),
    Range: `0-${Math.max(sizeBytes - 1, 0)}`,
    'Docker-Upload-UUID': upload,
  }
}
