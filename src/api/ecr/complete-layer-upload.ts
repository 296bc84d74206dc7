import { isDigest } from '../../core/digest.ts'
import { formatUploadUuid } from '../../core/ecr/upload-id.ts'
import { Refusal } from '../../core/refusal.ts'
import { isServable } from '../../services/blobs.ts'
import { finishUpload, getUploadSize } from '../../services/uploads.ts'
import { defineRepositoryAction } from './define-action.ts'
import { DIGEST_RULE } from './parameters.ts'
import { parseUploadId } from './parse-upload-id.ts'

/**
 * `CompleteLayerUpload`. A layer that the repository had already is checked and stored all the same, and then refused
 * as ECR does: clients take that for success.
 */
export const completeLayerUpload = defineRepositoryAction('CompleteLayerUpload', {
  errorTypes: { 'digest-mismatch': 'InvalidLayerException' },
  parse: (fields) => {
    const [text, ...others] = fields.required('layerDigests', fields.texts('layerDigests', { min: 1, max: 100 }))
    if (others.length > 0) throw fields.invalid('layerDigests', 'Member must have exactly one element')
    const digest = fields.required('layerDigests', text)
    if (!isDigest(digest)) throw fields.invalid('layerDigests', DIGEST_RULE)
    return { uploadId: parseUploadId(fields), digest }
  },
  handle: async ({ services, caller }, repository, upload) => {
    const sizeBytes = await getUploadSize(services, caller, repository, upload.uploadId)
    if (sizeBytes === 0)
      throw new Refusal('upload-empty', 'The layer upload holds no bytes: upload at least one part first')
    const before = await services.metadata.findRepositoryBlob(repository.id, upload.digest)
    await finishUpload(services, caller, repository, upload)
    if (isServable(before)) throw layerExists(repository.name, caller.registry.accountId, upload.digest)
    return {
      registryId: caller.registry.accountId,
      repositoryName: repository.name,
      uploadId: formatUploadUuid(upload.uploadId),
      layerDigest: upload.digest,
    }
  },
})

function layerExists(name: string, accountId: string, digest: string): Refusal {
  return new Refusal(
    'layer-exists',
    `The layer with digest '${digest}' already exists in the repository with name '${name}' in registry with id '${accountId}'`,
  )
}
