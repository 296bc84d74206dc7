import { invalidParameter } from '../../core/ecr/invalid-parameter.ts'
import { formatUploadUuid } from '../../core/ecr/upload-id.ts'
import { Refusal } from '../../core/refusal.ts'
import type { UploadId } from '../../ports/ids.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { appendToUpload } from '../../services/uploads.ts'
import { defineRepositoryAction, type EcrCall } from './define-action.ts'
import { parseUploadId } from './parse-upload-id.ts'

const MOST_PART_BYTES = 20_971_520
/** Base64 of the largest part, and room for the rest of the input. */
const BODY_LIMIT_BYTES = 28 * 1024 * 1024
const OFFSET = { min: 0, max: Number.MAX_SAFE_INTEGER }

interface LayerPart {
  readonly uploadId: UploadId
  readonly firstByte: number
  readonly bytes: Uint8Array
}

/** `UploadLayerPart`: parts come one after another from byte 0. Short parts are taken, unlike by ECR. */
export const uploadLayerPart = defineRepositoryAction('UploadLayerPart', {
  bodyLimitBytes: BODY_LIMIT_BYTES,
  errorTypes: { 'size-mismatch': 'InvalidLayerPartException' },
  parse: (fields): LayerPart => {
    const firstByte = fields.required('partFirstByte', fields.integer('partFirstByte', OFFSET))
    const lastByte = fields.required('partLastByte', fields.integer('partLastByte', OFFSET))
    const bytes = decodeBase64(fields.requiredText('layerPartBlob'))
    if (lastByte - firstByte + 1 !== bytes.byteLength) throw wrongSize(bytes.byteLength, lastByte - firstByte + 1)
    return { uploadId: parseUploadId(fields), firstByte, bytes }
  },
  handle: async (call, repository, part) => ({
    registryId: call.caller.registry.accountId,
    repositoryName: repository.name,
    uploadId: formatUploadUuid(part.uploadId),
    lastByteReceived: (await append(call, repository, part)) - 1,
  }),
})

async function append(call: EcrCall, repository: Repository, part: LayerPart): Promise<number> {
  const { uploadId, firstByte: offsetBytes, bytes: body } = part
  try {
    return await appendToUpload(call.services, call.caller, repository, { uploadId, offsetBytes, body })
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'upload-range') throw notNext(call, repository, part, error)
    throw error
  }
}

/** The members of `InvalidLayerPartException` tell the client where to go on. */
function notNext(call: EcrCall, repository: Repository, part: LayerPart, cause: Refusal): Refusal {
  const received = cause.detail.offsetBytes ?? 0
  const members = {
    registryId: call.caller.registry.accountId,
    repositoryName: repository.name,
    uploadId: formatUploadUuid(part.uploadId),
    ...(received > 0 ? { lastValidByteReceived: received - 1 } : {}),
  }
  const message = `The layer part does not follow the last one: the next byte expected is ${received}, not ${part.firstByte}`
  return new Refusal('upload-range', message, { ...cause.detail, members }, { cause })
}

function wrongSize(sizeBytes: number, declaredBytes: number): Refusal {
  return new Refusal(
    'size-mismatch',
    `The layer part has ${sizeBytes} bytes, not ${declaredBytes} as its first and last byte say`,
  )
}

/** Node's decoder passes over what is not base64; here that is an error. */
function decodeBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64')
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  if (bytes.byteLength !== (text.length / 4) * 3 - padding) {
    throw invalidParameter('layerPartBlob', 'Member must be base64')
  }
  if (bytes.byteLength > MOST_PART_BYTES) {
    throw invalidParameter('layerPartBlob', `Member must have length less than or equal to ${MOST_PART_BYTES}`)
  }
  return bytes
}
