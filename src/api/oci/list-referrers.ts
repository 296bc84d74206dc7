import { nextLink } from '../../core/http/next-link.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { type ListedReferrer, listReferrers as list, type ReferrersPage } from '../../services/list-referrers.ts'
import { jsonAnswer } from '../large-answer.ts'
import { OCI_HEADERS } from './oci-headers.ts'
import type { CallOf, OciRequest } from './registry-call.ts'

const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json'
/** What clients read of a page, less what the frame around the descriptors takes. */
const PAGE_BYTES = 4 * 1024 * 1024 - 1024
const MOST_REFERRERS = 10_000

/**
 * `GET /v2/<name>/referrers/<digest>[?artifactType=…]` (end-12). Always an index, empty where nothing refers to the
 * digest or where there is no such repository.
 */
export async function listReferrers(
  oci: OciRequest,
  call: CallOf<'referrers'>,
  repository: Repository | undefined,
): Promise<Response> {
  const page = repository === undefined ? { referrers: [], next: undefined } : await readPage(oci, repository, call)
  const index = { schemaVersion: 2, mediaType: INDEX_TYPE, manifests: page.referrers.map(descriptorOf) }
  return jsonAnswer(oci.services, index, referrersHeaders(call, page))
}

async function readPage(oci: OciRequest, repository: Repository, call: CallOf<'referrers'>): Promise<ReferrersPage> {
  return await list(oci.services, repository, {
    subject: call.digest,
    artifactTypes: call.artifactTypes,
    storageClass: 'standard',
    after: call.last,
    limit: Math.max(1, Math.min(call.n ?? MOST_REFERRERS, MOST_REFERRERS)),
    maxBytes: PAGE_BYTES,
    sizeOf: (manifest) => Buffer.byteLength(JSON.stringify(descriptorOf({ ...manifest, annotations: undefined }))) + 1,
  })
}

function referrersHeaders(call: CallOf<'referrers'>, page: ReferrersPage): Headers {
  const headers = new Headers(OCI_HEADERS)
  headers.set('Content-Type', INDEX_TYPE)
  if (call.artifactTypes.length > 0) headers.set('OCI-Filters-Applied', 'artifactType')
  if (page.next === undefined) return headers
  const parameters: [string, string][] = call.artifactTypes.map((type) => ['artifactType', type])
  if (call.n !== undefined) parameters.push(['n', String(call.n)])
  parameters.push(['last', page.next])
  headers.set('Link', nextLink(`/v2/${call.name}/referrers/${call.digest}`, parameters))
  return headers
}

function descriptorOf(manifest: ListedReferrer): Record<string, unknown> {
  return {
    mediaType: manifest.mediaType,
    digest: manifest.digest,
    size: manifest.sizeBytes,
    ...(manifest.artifactType !== undefined && { artifactType: manifest.artifactType }),
    ...(manifest.annotations !== undefined && { annotations: manifest.annotations }),
  }
}
