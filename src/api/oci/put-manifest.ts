import type { Digest } from '../../core/digest.ts'
import { matchesIfMatch, matchesIfNoneMatch } from '../../core/http/entity-tags.ts'
import { parseManifest } from '../../core/manifest/parse-manifest.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Tag } from '../../core/tag.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { type PushedManifest, pushManifest } from '../../services/push-manifest.ts'
import { inTurn } from '../large-work.ts'
import { readBody } from '../read-body.ts'
import { enterNewRepository } from './enter-new-repository.ts'
import { manifestLocation } from './locations.ts'
import { pushOfManifest } from './needs.ts'
import { OCI_HEADERS } from './oci-headers.ts'
import type { CallOf, OciRequest } from './registry-call.ts'
import { warningHeader } from './warning-header.ts'

/** `PUT /v2/<name>/manifests/<reference>[?tag=…]` (end-7a, end-7b). */
export async function putManifest(
  oci: OciRequest,
  call: CallOf<'manifest-put'>,
  existing: Repository | undefined,
): Promise<Response> {
  const { manifestBytes: bytes } = oci.services.limits
  using body = await readBody(oci.services, oci.request, { bytes, refusal: () => manifestTooLarge(bytes) })
  return await inTurn(body.bytes.byteLength, () => putContent(oci, call, { existing, content: body.bytes }))
}

async function putContent(
  oci: OciRequest,
  call: CallOf<'manifest-put'>,
  { existing, content }: { existing: Repository | undefined; content: Uint8Array },
): Promise<Response> {
  const { services, caller, request } = oci
  const mediaType = request.headers.get('content-type') ?? undefined
  // A push that cannot succeed leaves no repository behind.
  if (existing === undefined) parseManifest(content, mediaType)
  const repository = existing ?? (await enterNewRepository(oci, call.name, pushOfManifest(oci, call)))
  const pushed = await pushManifest(services, caller, {
    repository,
    content,
    mediaType,
    ...(call.reference.kind === 'digest' && { digest: call.reference.digest }),
    tags: wantedTags(call),
    ...preconditionOf(request),
  })
  return new Response(null, { status: 201, headers: pushedHeaders(call, pushed) })
}

function manifestTooLarge(limitBytes: number): Refusal {
  return new Refusal(
    'manifest-too-large',
    `The manifest is larger than ${limitBytes} bytes, the most that is accepted.`,
  )
}

function wantedTags(call: CallOf<'manifest-put'>): Tag[] {
  return call.reference.kind === 'tag' ? [call.reference.tag, ...call.tags] : [...call.tags]
}

function pushedHeaders(call: CallOf<'manifest-put'>, pushed: PushedManifest): Headers {
  const headers = new Headers(OCI_HEADERS)
  headers.set('Location', manifestLocation(call.name, pushed.digest))
  headers.set('Docker-Content-Digest', pushed.digest)
  headers.set('ETag', `"${pushed.digest}"`)
  if (pushed.subject !== undefined) headers.set('OCI-Subject', pushed.subject)
  if (call.tags.length > 0) headers.set('OCI-Tag', call.tags.join(', '))
  const warning = warningHeader(pushed.warnings)
  if (warning !== undefined) headers.set('Warning', warning)
  return headers
}

/** RFC 9110 section 13: lets clients that rewrite a tag, such as the referrers fallback, not lose each other's writes. */
function preconditionOf(request: Request): { precondition?: (current: Digest | undefined) => void } {
  const ifMatch = request.headers.get('if-match')
  const ifNoneMatch = request.headers.get('if-none-match')
  if (ifMatch === null && ifNoneMatch === null) return {}
  return {
    precondition: (current) => {
      const met = matchesIfMatch(ifMatch, current) && !matchesIfNoneMatch(ifNoneMatch, current)
      if (met) return
      throw new Refusal(
        'precondition-failed',
        `The tag or manifest is now ${current ?? 'absent'}, which the request rules out.`,
      )
    },
  }
}
