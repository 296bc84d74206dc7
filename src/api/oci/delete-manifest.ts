import type { Repository } from '../../ports/metadata/repositories.ts'
import { deleteImage } from '../../services/plans/delete-images.ts'
import { PLAN_HEADER } from '../plan-header.ts'
import { OCI_HEADERS } from './oci-headers.ts'
import type { CallOf, OciRequest } from './registry-call.ts'

/** `DELETE /v2/<name>/manifests/<reference>` (end-9). A tag is only taken off; a digest goes with all its tags, and its referrers. */
export async function deleteManifest(
  oci: OciRequest,
  call: CallOf<'manifest-delete'>,
  repository: Repository,
): Promise<Response> {
  const { services, caller } = oci
  const { reference } = call
  const deletion =
    reference.kind === 'tag'
      ? ({ kind: 'tag', tag: reference.tag, expected: undefined, takesLastImage: false } as const)
      : ({ kind: 'image', digest: reference.digest } as const)
  const { planId } = await deleteImage(services, caller, repository, deletion)
  return new Response(null, { status: 202, headers: { ...OCI_HEADERS, [PLAN_HEADER]: planId } })
}
