import { describe, expect, test } from 'bun:test'
import { Refusal, type RefusalReason } from '../../core/refusal.ts'
import { OCI_ERRORS } from './error-codes.ts'
import { explainToContainerd } from './explain-to-containerd.ts'

const MANIFEST = 'http://127.0.0.1:5000/v2/team-green/api/manifests/v1'
const LOGIN = { authorization: 'Basic QVdTOng=' }
/** As the resolver of 1.6.20 to 2.2.0 asks (remotes/docker/resolver.go). */
const ACCEPT = {
  accept:
    'application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json, ' +
    'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, */*',
}
const CONTAINERD = { ...LOGIN, ...ACCEPT, 'user-agent': 'containerd/1.6.20~ds1' }
const PUSH = { ...CONTAINERD, accept: 'application/vnd.oci.image.manifest.v1+json, */*' }

interface Asked {
  readonly method?: string
  readonly url?: string
  readonly headers?: Record<string, string>
  readonly refusal?: Refusal
}

const answer = ({ method = 'HEAD', url = MANIFEST, headers = CONTAINERD, refusal = refused('denied') }: Asked = {}) =>
  explainToContainerd(new Request(url, { method, headers }), refusal)

const refused = (reason: RefusalReason, message = 'No.') => new Refusal(reason, message)

const sentenceOf = (response: Response | undefined) =>
  /^Bearer realm="lading",service="ecr\.amazonaws\.com",error="([^"]*)"$/.exec(
    response?.headers.get('www-authenticate') ?? '',
  )?.[1]

describe('explainToContainerd()', () => {
  const explained: readonly RefusalReason[] = [
    'denied',
    'credential-unknown',
    'credential-expired',
    'credential-revoked',
    'identity-token-invalid',
    'identity-token-rejected',
  ]

  test('explains what is final for a login, and nothing else', () => {
    // Object.keys of a mapped type over the reasons gives the reasons.
    const reasons = Object.keys(OCI_ERRORS) as RefusalReason[]
    const answered = reasons.filter((reason) => answer({ refusal: refused(reason) })?.status === 401)
    expect(answered.toSorted()).toEqual(explained.toSorted())
  })

  test('says the sentence as containerd parses it, with nothing in the body', async () => {
    const response = answer({ refusal: refused('denied', 'User: arn:aws:iam::1:user/a is not authorized.') })
    expect(response?.status).toBe(401)
    expect(sentenceOf(response)).toBe('User: arn:aws:iam::1:user/a is not authorized.')
    expect(await response?.text()).toBe('')
    expect(response?.headers.get('docker-distribution-api-version')).toBe('registry/2.0')
  })

  test.each<[string, Asked, boolean]>([
    ['containerd', {}, true],
    ['a released containerd', { headers: { ...LOGIN, ...ACCEPT, 'user-agent': 'containerd/v2.1.0' } }, true],
    ['containerd by digest', { url: `http://127.0.0.1/v2/a/manifests/sha256:${'a'.repeat(64)}?ns=docker.io` }, true],
    ['containerd without a login', { headers: { ...ACCEPT, 'user-agent': 'containerd/2.0' } }, false],
    ['containerd before a push', { headers: PUSH }, false],
    ['containerd without Accept', { headers: { ...LOGIN, 'user-agent': 'containerd/2.0' } }, false],
    ['docker', { headers: { ...LOGIN, ...ACCEPT, 'user-agent': 'docker/28.0 containerd/2.0' } }, false],
    ['skopeo', { headers: { ...LOGIN, ...ACCEPT, 'user-agent': 'skopeo/1.9.3' } }, false],
    ['a client without a name', { headers: { ...LOGIN, ...ACCEPT } }, false],
    ['a GET', { method: 'GET' }, false],
    ['a PUT', { method: 'PUT' }, false],
    ['a DELETE', { method: 'DELETE' }, false],
    ['a blob', { url: `http://127.0.0.1/v2/a/manifests/b/blobs/sha256:${'a'.repeat(64)}` }, false],
    ['a manifest in the query alone', { url: 'http://127.0.0.1/v2/a/blobs/x?/manifests/v1' }, false],
    ['the root', { url: 'http://127.0.0.1/v2/' }, false],
  ])('%s', (_, asked, isExplained) => {
    expect(answer(asked)?.status).toBe(isExplained ? 401 : undefined)
  })

  test.each([
    ['quotes and backslashes', 'the name "a\\b"', "the name 'a?b'"],
    ['a line break', 'a\r\nSet-Cookie: b', 'a??Set-Cookie: b'],
    ['what is not ASCII', 'Zoë 😀 \u202e\ud800', 'Zo? ? ??'],
    ['commas, which do not end it', 'a, error=b', 'a, error=b'],
  ])('keeps %s out of the header', (_, message, shown) => {
    expect(sentenceOf(answer({ refusal: refused('denied', message) }))).toBe(shown)
  })

  test('is bounded', () => {
    expect(sentenceOf(answer({ refusal: refused('denied', '"\\'.repeat(100_000)) }))).toHaveLength(1024)
  })

  test('adds the hint, as answers with a body do', () => {
    const refusal = new Refusal('denied', 'No', { hint: 'ask' })
    expect(sentenceOf(answer({ refusal }))).toBe('No: ask')
  })
})
