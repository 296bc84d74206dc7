import { quote } from '../../core/digest.ts'
import type { Fields } from '../../core/ecr/fields.ts'
import { parseUploadUuid } from '../../core/ecr/upload-id.ts'
import { Refusal } from '../../core/refusal.ts'
import { isUploadId, type UploadId } from '../../ports/ids.ts'

/** `uploadId`, which the API writes as a UUID. */
export function parseUploadId(fields: Fields<'uploadId'>): UploadId {
  const text = fields.requiredText('uploadId', { max: 100 })
  const id = parseUploadUuid(text)
  if (id !== undefined && isUploadId(id)) return id
  throw new Refusal('upload-unknown', `There is no upload ${quote(text)}: it was finished, cancelled or has expired.`)
}
