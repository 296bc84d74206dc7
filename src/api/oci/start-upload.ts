import type { Repository } from '../../ports/metadata/repositories.ts'
import { mountBlob } from '../../services/mount-blob.ts'
import { startUpload as start, uploadAtOnce } from '../../services/uploads.ts'
import { enterNewRepository } from './enter-new-repository.ts'
import { startOfUpload } from './needs.ts'
import type { CallOf, OciRequest } from './registry-call.ts'
import { blobCreated, uploadAccepted } from './upload-responses.ts'

/** `POST /v2/<name>/blobs/uploads/` in all its forms: plain, with the bytes, or a mount (end-4a, 4b, 4c, end-11). */
export async function startUpload(
  oci: OciRequest,
  call: CallOf<'upload-start'>,
  existing: Repository | undefined,
): Promise<Response> {
  const { services, caller, request } = oci
  const { name, digest, mount } = call
  const repository = existing ?? (await enterNewRepository(oci, name, startOfUpload(oci, call)))
  if (mount !== undefined) {
    const mounted = await mountBlob(services, caller, repository, { digest: mount, from: call.from })
    if (mounted) return blobCreated(name, mount)
  }
  if (digest !== undefined) {
    const body = request.body ?? new Uint8Array()
    await uploadAtOnce(services, caller, repository, { surface: 'oci', digest, body })
    return blobCreated(name, digest)
  }
  const algorithm = call.digestAlgorithm ?? 'sha256'
  const uploadId = await start(services, caller, repository, { surface: 'oci', algorithm })
  return uploadAccepted(name, uploadId, 0)
}
