import { nextLink } from '../../core/http/next-link.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { jsonAnswer } from '../large-answer.ts'
import { OCI_HEADERS } from './oci-headers.ts'
import type { CallOf, OciRequest } from './registry-call.ts'

/** Without `n` a page is as many tags as surely fit the 4 MiB that clients read. */
const MOST_TAGS = 10_000

/** `GET /v2/<name>/tags/list[?n=&last=]` (end-8a, end-8b), in byte order. */
export async function listTags(oci: OciRequest, call: CallOf<'tag-list'>, repository: Repository): Promise<Response> {
  const { metadata } = oci.services
  const limit = Math.min(call.n ?? MOST_TAGS, MOST_TAGS)
  const found = limit === 0 ? [] : await metadata.listTags(repository.id, { after: call.last, limit: limit + 1 })
  const tags = found.slice(0, limit)
  const last = tags.at(-1)
  const more = found.length > limit && last !== undefined
  const link = more ? { Link: nextLink(`/v2/${call.name}/tags/list`, { n: String(limit), last }) } : {}
  return jsonAnswer(
    oci.services,
    { name: call.name, tags },
    { ...OCI_HEADERS, 'Content-Type': 'application/json;charset=utf-8', ...link },
  )
}
