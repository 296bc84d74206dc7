import { matchesIfNoneMatch } from '../../core/http/entity-tags.ts'
import type { StoredManifest } from '../../ports/metadata/manifests.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { pullManifest, readManifest } from '../../services/pull-manifest.ts'
import { manifestBody } from './manifest-body.ts'
import { noteRead } from './note-read.ts'
import { OCI_HEADERS } from './oci-headers.ts'
import type { CallOf, OciRequest } from './registry-call.ts'

/** `GET /v2/<name>/manifests/<reference>` (end-3): the bytes as pushed, whatever `Accept` says; nothing is converted. */
export async function getManifest(
  oci: OciRequest,
  call: CallOf<'manifest-get'>,
  repository: Repository,
): Promise<Response> {
  const { services, request } = oci
  const manifest = await pullManifest(services, repository, call.reference)
  noteRead(oci, repository, {
    operation: 'manifest-get',
    digest: manifest.digest,
    tag: call.reference.kind === 'tag' ? call.reference.tag : undefined,
    bytes: manifest.content.byteLength,
  })
  const headers = manifestHeaders(manifest)
  if (matchesIfNoneMatch(request.headers.get('if-none-match'), manifest.digest)) {
    return new Response(null, { status: 304, headers })
  }
  return new Response(manifestBody(manifest), { headers: { ...headers, ...lengthOf(manifest) } })
}

/** `HEAD /v2/<name>/manifests/<reference>` (end-3). */
export async function headManifest(
  oci: OciRequest,
  call: CallOf<'manifest-head'>,
  repository: Repository,
): Promise<Response> {
  const { services, request } = oci
  const manifest = await readManifest(services, repository, call.reference)
  const headers = { ...manifestHeaders(manifest), ...lengthOf(manifest) }
  const unchanged = matchesIfNoneMatch(request.headers.get('if-none-match'), manifest.digest)
  return new Response(null, { status: unchanged ? 304 : 200, headers })
}

function lengthOf(manifest: StoredManifest): Record<string, string> {
  return { 'Content-Length': String(manifest.content.byteLength) }
}

function manifestHeaders(manifest: StoredManifest): Record<string, string> {
  return {
    ...OCI_HEADERS,
    'Content-Type': manifest.mediaType,
    'Docker-Content-Digest': manifest.digest,
    ETag: `"${manifest.digest}"`,
  }
}
