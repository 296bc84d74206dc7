import type { Repository } from '../../ports/metadata/repositories.ts'
import { deleteManifest as deleteByDigest, untag } from '../../services/delete-image.ts'
import { OCI_HEADERS } from './oci-headers.ts'
import type { CallOf, OciRequest } from './registry-call.ts'

/** `DELETE /v2/<name>/manifests/<reference>` (end-9). A tag is only taken off; a digest goes with all its tags. */
export async function deleteManifest(
  oci: OciRequest,
  call: CallOf<'manifest-delete'>,
  repository: Repository,
): Promise<Response> {
  const { services, caller } = oci
  if (call.reference.kind === 'tag') await untag(services, caller, repository, call.reference.tag)
  else await deleteByDigest(services, caller, repository, call.reference.digest)
  return new Response(null, { status: 202, headers: OCI_HEADERS })
}
