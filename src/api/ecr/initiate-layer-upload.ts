import { formatUploadUuid } from '../../core/ecr/upload-id.ts'
import { startUpload } from '../../services/uploads.ts'
import { defineRepositoryAction } from './define-action.ts'

/** What clients cut layers into; one of the two sizes that AWS itself answers. */
const PART_SIZE_BYTES = 10 * 1024 * 1024

/** `InitiateLayerUpload`. */
export const initiateLayerUpload = defineRepositoryAction('InitiateLayerUpload', {
  parse: () => undefined,
  handle: async ({ services, caller }, repository) => {
    const id = await startUpload(services, caller, repository, { surface: 'ecr', algorithm: 'sha256' })
    return { uploadId: formatUploadUuid(id), partSize: PART_SIZE_BYTES }
  },
})
