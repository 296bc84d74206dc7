import { algorithmOf } from '../../core/digest.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { mountBlob } from '../../services/mount-blob.ts'
import { createRepositoryOnPush } from '../../services/repositories/create-repository-on-push.ts'
import { appendToUpload, finishUpload, startUpload as start } from '../../services/uploads.ts'
import type { CallOf, OciRequest } from './registry-call.ts'
import { blobCreated, uploadAccepted } from './upload-responses.ts'

/** `POST /v2/<name>/blobs/uploads/` in all its forms: plain, with the bytes, or a mount (end-4a, 4b, 4c, end-11). */
export async function startUpload(
  oci: OciRequest,
  call: CallOf<'upload-start'>,
  existing: Repository | undefined,
): Promise<Response> {
  const { services, caller } = oci
  const repository = existing ?? (await createRepositoryOnPush(services, caller, call.name))
  if (call.mount !== undefined) {
    const mounted = await mountBlob(services, caller, repository, { digest: call.mount, from: call.from })
    if (mounted) return blobCreated(call.name, call.mount)
  }
  const algorithm = call.digest === undefined ? (call.digestAlgorithm ?? 'sha256') : algorithmOf(call.digest)
  const uploadId = await start(services, caller, repository, { surface: 'oci', algorithm })
  if (call.digest === undefined) return uploadAccepted(call.name, uploadId, 0)
  return await uploadAtOnce(oci, repository, { ...call, digest: call.digest, uploadId })
}

async function uploadAtOnce(
  oci: OciRequest,
  repository: Repository,
  upload: Pick<CallOf<'upload-start'>, 'name'> & Parameters<typeof finishUpload>[3],
): Promise<Response> {
  const { services, caller, request } = oci
  const { uploadId, digest, name } = upload
  const body = request.body ?? new Uint8Array()
  await appendToUpload(services, caller, repository, { uploadId, offsetBytes: 0, body })
  await finishUpload(services, caller, repository, { uploadId, digest })
  return blobCreated(name, digest)
}
