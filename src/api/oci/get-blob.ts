import { matchesIfNoneMatch } from '../../core/http/entity-tags.ts'
import { multipartByteranges } from '../../core/http/multipart-byteranges.ts'
import { type ByteRange, parseRange } from '../../core/http/parse-range.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { type BlobStat, getBlobStat, getBlobStatAndLease, readBlob } from '../../services/blobs.ts'
import { noteRead } from './note-read.ts'
import { OCI_HEADERS } from './oci-headers.ts'
import type { CallOf, OciRequest } from './registry-call.ts'
import { streamOf } from './stream-of.ts'

/** `GET /v2/<name>/blobs/<digest>` (end-2). The stat comes first: it is what checks that this repository holds the blob. */
export async function getBlob(oci: OciRequest, call: CallOf<'blob-get'>, repository: Repository): Promise<Response> {
  const { services, request } = oci
  const stat = await getBlobStat(services, repository, call.digest)
  const headers = blobHeaders(stat)
  if (matchesIfNoneMatch(request.headers.get('if-none-match'), stat.digest)) {
    return new Response(null, { status: 304, headers })
  }
  const wanted = parseRange(request.headers.get('range'), stat.sizeBytes)
  const bytes = wantedBytes(wanted, stat.sizeBytes)
  noteRead(oci, repository, { operation: 'blob-get', digest: undefined, tag: undefined, bytes })
  if (wanted.kind === 'whole') {
    const body = await readBlob(services, repository, stat)
    headers.set('Content-Length', lengthOf(body, stat.sizeBytes))
    return new Response(asWhole(request, body), { headers })
  }
  const [first, ...others] = wanted.ranges
  if (first !== undefined && others.length === 0) return await onePart(oci, repository, stat, first)
  return await manyParts(oci, repository, stat, wanted.ranges)
}

function wantedBytes(wanted: ReturnType<typeof parseRange>, sizeBytes: number): number {
  if (wanted.kind === 'whole') return sizeBytes
  return wanted.ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0)
}

/** `HEAD /v2/<name>/blobs/<digest>` (end-2). A client that is told "yes" will not upload it, so the blob is kept for it. */
export async function headBlob(oci: OciRequest, call: CallOf<'blob-head'>, repository: Repository): Promise<Response> {
  const { services, caller } = oci
  const anonymous = caller.principal.kind === 'anonymous'
  const stat = await (anonymous ? getBlobStat : getBlobStatAndLease)(services, repository, call.digest)
  const headers = blobHeaders(stat)
  headers.set('Content-Length', String(stat.sizeBytes))
  return new Response(null, { headers })
}

/** What is the same for every blob. A copy of it takes half the time that an object with the same names does. */
const BLOB_HEADERS = new Headers({
  ...OCI_HEADERS,
  'Content-Type': 'application/octet-stream',
  // Keeps the server from naming the file it serves from, and a browser from showing what it was given.
  'Content-Disposition': 'attachment',
  'Accept-Ranges': 'bytes',
  'Cache-Control': 'private, max-age=31536000, immutable',
})

function blobHeaders(stat: BlobStat): Headers {
  const headers = new Headers(BLOB_HEADERS)
  headers.set('Docker-Content-Digest', stat.digest)
  headers.set('ETag', `"${stat.digest}"`)
  return headers
}

/** Bun answers a file by its own reading of the request's Range, which is not ours: what comes in chunks it leaves alone. */
function asWhole(request: Request, body: Blob | Uint8Array<ArrayBuffer>): BodyInit {
  return body instanceof Blob && request.headers.has('range') ? streamOf(chunksOf(body)) : body
}

async function* chunksOf(body: Blob): AsyncGenerator<Uint8Array> {
  for await (const chunk of body.stream()) yield chunk
}

async function onePart(oci: OciRequest, repository: Repository, stat: BlobStat, range: ByteRange): Promise<Response> {
  const body = await readBlob(oci.services, repository, stat, range)
  const headers = blobHeaders(stat)
  headers.set('Content-Length', lengthOf(body, range.end - range.start + 1))
  headers.set('Content-Range', `bytes ${range.start}-${range.end}/${stat.sizeBytes}`)
  return new Response(body, { status: 206, headers })
}

/** For the log and the metrics; a file's own length is what goes out, should the two differ. */
function lengthOf(body: Blob | Uint8Array, sizeBytes: number): string {
  return String(body instanceof Uint8Array ? body.byteLength : sizeBytes)
}

/** podman maps parts to chunks by their order, so parts come in request order and are never merged (oci.md 3.3). */
async function manyParts(
  oci: OciRequest,
  repository: Repository,
  stat: BlobStat,
  ranges: readonly ByteRange[],
): Promise<Response> {
  const framing = multipartByteranges(ranges, {
    sizeBytes: stat.sizeBytes,
    boundary: oci.services.ids.uuid(),
    contentType: 'application/octet-stream',
  })
  const headers = blobHeaders(stat)
  headers.set('Content-Type', framing.contentType)
  return new Response(partStream(oci, repository, { stat, ranges, framing }), { status: 206, headers })
}

function partStream(
  oci: OciRequest,
  repository: Repository,
  parts: {
    stat: BlobStat
    ranges: readonly ByteRange[]
    framing: { readonly partHeaders: readonly string[]; readonly end: string }
  },
): ReadableStream<Uint8Array> {
  const { stat, ranges, framing } = parts
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (const [index, range] of ranges.entries()) {
      yield Buffer.from(framing.partHeaders[index] ?? '')
      const body = await readBlob(oci.services, repository, stat, range)
      if (body instanceof Uint8Array) yield body
      else for await (const chunk of body.stream()) yield chunk
    }
    yield Buffer.from(framing.end)
  }
  return streamOf(bytes())
}
