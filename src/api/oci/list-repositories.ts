import { nextLink } from '../../core/http/next-link.ts'
import { jsonAnswer } from '../large-answer.ts'
import { OCI_HEADERS } from './oci-headers.ts'
import type { CallOf, OciRequest } from './registry-call.ts'

/** Names of 255 characters fit the 4 MiB that clients read, at this many. */
const MOST_REPOSITORIES = 10_000

/** `GET /v2/_catalog[?n=&last=]`: not in the specification, but crane and others ask for it. In byte order. */
export async function listRepositories(oci: OciRequest, call: CallOf<'catalog'>): Promise<Response> {
  const { services, caller } = oci
  const limit = Math.min(call.n ?? MOST_REPOSITORIES, MOST_REPOSITORIES)
  const page = { after: call.last, limit: limit + 1 }
  const found = limit === 0 ? [] : await services.metadata.listRepositoryNames(caller.registry.id, page)
  const repositories = found.slice(0, limit)
  const last = repositories.at(-1)
  const more = found.length > limit && last !== undefined
  const link = more ? { Link: nextLink('/v2/_catalog', { n: String(limit), last }) } : {}
  return jsonAnswer(
    oci.services,
    { repositories },
    { ...OCI_HEADERS, 'Content-Type': 'application/json;charset=utf-8', ...link },
  )
}
