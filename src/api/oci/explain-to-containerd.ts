import type { Refusal, RefusalReason } from '../../core/refusal.ts'
import { messageOf } from './errors.ts'
import { OCI_HEADERS } from './oci-headers.ts'

/** What is final for this login: to ask again with the same one gets the same answer. */
const FINAL: ReadonlySet<RefusalReason> = new Set<RefusalReason>([
  'denied',
  'credential-unknown',
  'credential-expired',
  'credential-revoked',
  'identity-token-invalid',
  'identity-token-rejected',
])
const MANIFEST = /^[^?]*\/manifests\/[^/?]+(?:\?|$)/
const LONGEST_SENTENCE = 1024

/**
 * The answer to a refusal that lets containerd tell the sentence to whoever waits for the pod; undefined for everybody
 * else, and for everything that containerd tells by itself.
 *
 * containerd resolves a tag with HEAD, whose answer has no body, and shows of a 403 the status alone: that is all there
 * is in the event of a pod. There is one text of a registry's that it does show, as `server message: …`: the parameter
 * `error` of a Bearer challenge, in a 401 to a request that it has just repeated with a login (`invalidAuthorization` in
 * remotes/docker/authorizer.go: the same in 1.6.20, 1.7.29, 2.1.0 and 2.2.0, read 2026-11-27). It gives up then, and asks
 * nobody for a token.
 *
 * A login that was sent unasked, as `[host.header]` of a hosts.toml does it, makes containerd ask the realm for a token
 * first. Ours is no address, so that no password goes anywhere: we do not know whether there is TLS in front of us.
 */
export function explainToContainerd(request: Request, refusal: Refusal): Response | undefined {
  const { method, headers, url } = request
  if (method !== 'HEAD' || !FINAL.has(refusal.reason) || !headers.has('authorization')) return undefined
  if (headers.get('user-agent')?.startsWith('containerd/') !== true || !MANIFEST.test(url)) return undefined
  if (!isResolving(headers.get('accept'))) return undefined
  const challenge = `Bearer realm="lading",service="ecr.amazonaws.com",error="${quotable(messageOf(refusal))}"`
  return new Response(null, { status: 401, headers: { ...OCI_HEADERS, 'WWW-Authenticate': challenge } })
}

/**
 * A push asks by HEAD too whether the manifest is there, with a login that it has used before, so that this would be
 * no repetition. It names the manifest's own type and any; resolving names the four that there are, and any.
 */
function isResolving(accept: string | null): boolean {
  return accept !== null && accept.split(',').length > 2
}

/** RFC 9110 section 5.6.4, without anything that would have to be escaped: not all clients undo that. */
function quotable(sentence: string): string {
  return sentence
    .slice(0, LONGEST_SENTENCE)
    .replaceAll('"', "'")
    .replace(/[^\x20-\x7e]|\\/gu, '?')
}
