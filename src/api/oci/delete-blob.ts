import type { Repository } from '../../ports/metadata/repositories.ts'
import { deleteBlob as deleteFromRepository } from '../../services/blobs.ts'
import { OCI_HEADERS } from './oci-headers.ts'
import type { CallOf, OciRequest } from './registry-call.ts'

/** `DELETE /v2/<name>/blobs/<digest>` (end-10). */
export async function deleteBlob(
  oci: OciRequest,
  call: CallOf<'blob-delete'>,
  repository: Repository,
): Promise<Response> {
  await deleteFromRepository(oci.services, repository, call.digest)
  return new Response(null, { status: 202, headers: OCI_HEADERS })
}
