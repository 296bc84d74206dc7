import { parseContentRange } from '../../core/http/parse-content-range.ts'
import type { ByteRange } from '../../core/http/parse-range.ts'
import { Refusal, type RefusalReason } from '../../core/refusal.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import {
  appendToUpload as append,
  cancelUpload as cancel,
  finishUpload as finish,
  getUploadSize,
} from '../../services/uploads.ts'
import { uploadLocation } from './locations.ts'
import type { CallOf, OciRequest } from './registry-call.ts'
import { streamOf } from './stream-of.ts'
import { blobCreated, uploadAccepted, uploadHeaders } from './upload-responses.ts'

/** The bytes that came are not those that can come next. */
const MISPLACED: ReadonlySet<RefusalReason> = new Set(['upload-range', 'size-mismatch'])

/** `PATCH <location>` (end-5). */
export async function appendToUpload(
  oci: OciRequest,
  call: CallOf<'upload-append'>,
  repository: Repository,
): Promise<Response> {
  const sizeBytes = await appendBody(oci, call, repository)
  return uploadAccepted(call.name, call.uploadId, sizeBytes)
}

/** `PUT <location>?digest=<digest>` (end-6), perhaps with the last bytes. */
export async function finishUpload(
  oci: OciRequest,
  call: CallOf<'upload-finish'>,
  repository: Repository,
): Promise<Response> {
  const { services, caller, request } = oci
  if (hasBody(request)) await appendBody(oci, call, repository)
  await finish(services, caller, repository, { uploadId: call.uploadId, digest: call.digest })
  return blobCreated(call.name, call.digest)
}

/** `GET <location>` (end-13). */
export async function getUploadStatus(
  oci: OciRequest,
  call: CallOf<'upload-status'>,
  repository: Repository,
): Promise<Response> {
  const sizeBytes = await getUploadSize(oci.services, oci.caller, repository, call.uploadId)
  return new Response(null, { status: 204, headers: uploadHeaders(call.name, call.uploadId, sizeBytes) })
}

/** `DELETE <location>` (end-14). */
export async function cancelUpload(
  oci: OciRequest,
  call: CallOf<'upload-cancel'>,
  repository: Repository,
): Promise<Response> {
  await cancel(oci.services, oci.caller, repository, call.uploadId)
  return new Response(null, { status: 204 })
}

async function appendBody(
  oci: OciRequest,
  call: CallOf<'upload-append' | 'upload-finish'>,
  repository: Repository,
): Promise<number> {
  const { services, caller, request } = oci
  try {
    const range = rangeOf(request)
    const body = bodyOf(request, range)
    const upload = { uploadId: call.uploadId, offsetBytes: range?.start, body }
    const sizeBytes = await append(services, caller, repository, upload)
    if (range !== undefined && sizeBytes !== range.end + 1) throw sizeMismatch(range, sizeBytes - range.start)
    return sizeBytes
  } catch (error) {
    throw await withPosition(oci, call, repository, error)
  }
}

/** What `Content-Range` says that the body is; undefined, without one, means whatever comes, at the end of the upload. */
function rangeOf(request: Request): ByteRange | undefined {
  const range = parseContentRange(request.headers.get('content-range'))
  const declared = request.headers.get('content-length')
  if (range === undefined || declared === null) return range
  // A body of unknown length is measured when it has arrived; this one can be refused before.
  if (Number(declared) !== range.end - range.start + 1) throw sizeMismatch(range, declared)
  return range
}

/**
 * What is appended: never more than `Content-Range` announced, or what was refused as too long would be there all the
 * same, and everything after it at the wrong place.
 */
function bodyOf(request: Request, range: ByteRange | undefined): ReadableStream<Uint8Array> | Uint8Array {
  const { body } = request
  if (body === null) return new Uint8Array()
  // A declared length has been compared, and the server holds clients to it.
  if (range === undefined || request.headers.get('content-length') !== null) return body
  return streamOf(announcedBytes(body, range))
}

async function* announcedBytes(body: ReadableStream<Uint8Array>, range: ByteRange): AsyncGenerator<Uint8Array> {
  let left = range.end - range.start + 1
  for await (const chunk of body) {
    if (left > 0) yield chunk.subarray(0, left)
    left -= chunk.byteLength
    if (left < 0) throw sizeMismatch(range, 'more')
  }
}

function sizeMismatch(range: ByteRange, found: number | string): Refusal {
  const named = range.end - range.start + 1
  return new Refusal('size-mismatch', `Content-Range names ${named} bytes, but the body has ${found}.`)
}

/** Such a refusal tells where the upload stands and where to go on, so that a client need not ask (oci.md 1.3). */
async function withPosition(
  oci: OciRequest,
  call: CallOf<'upload-append' | 'upload-finish'>,
  repository: Repository,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof Refusal) || !MISPLACED.has(error.reason)) return error
  const offsetBytes = await getUploadSize(oci.services, oci.caller, repository, call.uploadId)
  const location = uploadLocation(call.name, call.uploadId)
  return new Refusal(error.reason, error.message, { ...error.detail, offsetBytes, location }, { cause: error })
}

function hasBody(request: Request): boolean {
  return request.body !== null && request.headers.get('content-length') !== '0'
}
