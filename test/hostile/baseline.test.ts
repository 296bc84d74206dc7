/**
 * The 103 probes with which three other registries were measured. What is wanted is what section 7 says, else what the
 * specification does; the answers without a code are Bun's own, which refuses before we are asked. It also
 * closes the connection, without an answer, on methods that it does not know (test/edge has that).
 */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { digestOf } from '../../src/core/content-digest.ts'
import { bytesOf, OCI_INDEX, OCI_MANIFEST } from '../support/images.ts'
import {
  ABSENT,
  BLOB,
  BLOB_DIGEST,
  changedManifest,
  IMAGE,
  indexText,
  pushFixtures,
  REPOSITORY,
  startUpload,
} from './content.ts'
import { type Ask, type HostileServer, startHostileServer } from './hostile-server.ts'

const V2 = `/v2/${REPOSITORY}`
const LIST = `${V2}/tags/list`
const BLOB_AT = `${V2}/blobs/${BLOB_DIGEST}`
const UPLOADS = `${V2}/blobs/uploads/`
const NEW = digestOf(bytesOf('new'))

let server: HostileServer
/** Sessions that the probes name, as `{finished}` and so on in their addresses. */
const sessions = new Map<string, string>()

beforeAll(async () => {
  server = await startHostileServer()
  await pushFixtures(server)
  for (const name of ['finished', 'gap', 'length', 'garbage', 'reversed', 'star', 'empty', 'nodigest', 'crc']) {
    sessions.set(name, await startUpload(server))
  }
  await server.ask({ method: 'PUT', target: `${sessions.get('finished')}?digest=${NEW}`, body: 'new' })
})
afterAll(() => server[Symbol.asyncDispose]())

type Probe = readonly [name: string, status: number, code: string | undefined, ask: Ask]

const put = (reference: string, body: string | Uint8Array = IMAGE.text, type: string | null = OCI_MANIFEST): Ask => ({
  method: 'PUT',
  target: `${V2}/manifests/${reference}`,
  headers: { 'Content-Type': type },
  body,
})
const get = (target: string, headers: Ask['headers'] = {}): Ask => ({ target, headers })
const post = (target: string, body = ''): Ask => ({ method: 'POST', target, body })
const patch = (session: string, range: string): Ask => ({
  method: 'PATCH',
  target: session,
  headers: { 'Content-Range': range },
  body: 'hello',
})
const remove = (target: string): Ask => ({ method: 'DELETE', target })
const range = (value: string): Ask => get(BLOB_AT, { Range: value })
const change = (fields: Record<string, unknown>) => changedManifest((manifest) => Object.assign(manifest, fields))
const layer = (fields: Record<string, unknown>) =>
  changedManifest(({ layers }) => Object.assign(layers[0] ?? {}, fields))
const child = { mediaType: OCI_MANIFEST, digest: ABSENT, size: 1 }
const deep = (text: string) => IMAGE.text.replace('{', `{"annotations":${text},`)

const PROBES: readonly Probe[] = [
  ['good manifest by tag', 201, undefined, put('good')],
  ['manifest digest mismatch', 400, 'DIGEST_INVALID', put(ABSENT)],
  ['manifest bad digest syntax', 400, 'DIGEST_INVALID', put('sha256:xyz')],
  ['manifest unknown algo md5', 400, 'DIGEST_INVALID', put(`md5:${'a'.repeat(32)}`)],
  ['digest uppercase hex', 400, 'DIGEST_INVALID', put(`sha256:${'A'.repeat(64)}`)],
  ['tag 129 chars', 400, 'TAG_INVALID', put('a'.repeat(129))],
  ['tag leading dot', 400, 'TAG_INVALID', put('.a')],
  ['tag unicode %C3%A9', 400, 'TAG_INVALID', put('%C3%A9')],
  ['tag with %00', 400, 'TAG_INVALID', put('a%00')],
  ['tag with %2e%2e', 400, 'NAME_INVALID', put('%2e%2e')],
  ['tag with plus', 400, 'TAG_INVALID', put('a+b')],
  ['name uppercase', 400, 'NAME_INVALID', { ...put('a'), target: '/v2/H/x/manifests/a' }],
  ['name ..', 400, 'NAME_INVALID', { ...put('a'), target: '/v2/../x/manifests/a' }],
  ['name %2e%2e', 400, 'NAME_INVALID', { ...put('a'), target: '/v2/%2e%2e/x/manifests/a' }],
  ['name %2F', 400, 'NAME_INVALID', { ...put('a'), target: '/v2/h%2Fx/manifests/a' }],
  ['name double slash', 400, 'NAME_INVALID', { ...put('a'), target: '/v2/h//x/manifests/a' }],
  ['name 300 chars', 400, 'NAME_INVALID', { ...put('a'), target: `/v2/${'a'.repeat(300)}/manifests/a` }],
  [
    'name reserved: a/blobs/uploads',
    400,
    'MANIFEST_BLOB_UNKNOWN',
    { ...put('a'), target: '/v2/a/blobs/uploads/manifests/a' },
  ],
  ['manifest missing blob', 400, 'MANIFEST_BLOB_UNKNOWN', put('a', layer({ digest: ABSENT }))],
  ['manifest wrong size descr', 400, 'MANIFEST_INVALID', put('a', layer({ size: 3 }))],
  ['manifest negative size', 400, 'MANIFEST_INVALID', put('a', layer({ size: -3 }))],
  ['manifest size 2^63', 400, 'MANIFEST_INVALID', put('a', layer({ size: 2 ** 63 }))],
  ['manifest traversal digest', 400, 'MANIFEST_INVALID', put('a', layer({ digest: 'sha256:../../etc/passwd' }))],
  ['manifest not json', 400, 'MANIFEST_INVALID', put('a', 'hello')],
  ['manifest empty body', 400, 'MANIFEST_INVALID', put('a', '')],
  ['manifest json array', 400, 'MANIFEST_INVALID', put('a', '[1]')],
  ['manifest null', 400, 'MANIFEST_INVALID', put('a', 'null')],
  ['manifest BOM', 400, 'MANIFEST_INVALID', put('a', `\ufeff${IMAGE.text}`)],
  ['manifest invalid utf8', 400, 'MANIFEST_INVALID', put('a', Buffer.from(deep('{"a":"\xff"}'), 'latin1'))],
  ['manifest dup keys', 400, 'MANIFEST_INVALID', put('a', IMAGE.text.replace('{', '{"layers":[],'))],
  ['manifest + manifests both', 400, 'MANIFEST_INVALID', put('a', change({ manifests: [child] }))],
  ['CT mismatch mediaType', 400, 'MANIFEST_INVALID', put('a', IMAGE.text, OCI_INDEX)],
  ['CT missing', 201, undefined, put('a', IMAGE.text, null)],
  ['CT with charset', 201, undefined, put('a', IMAGE.text, `${OCI_MANIFEST}; charset=utf-8`)],
  ['CT text/plain', 400, 'MANIFEST_INVALID', put('a', IMAGE.text, 'text/plain')],
  ['schemaVersion 1', 400, 'MANIFEST_INVALID', put('a', change({ schemaVersion: 1 }))],
  ['json depth 100k', 400, 'MANIFEST_INVALID', put('a', '['.repeat(100_000))],
  ['json depth in annotations 50k', 400, 'MANIFEST_INVALID', put('a', deep('['.repeat(50_000) + ']'.repeat(50_000)))],
  ['manifest ~4MiB', 201, undefined, put('a', deep(`{"a":"${'x'.repeat(4_190_000)}"}`))],
  ['manifest 8MiB', 413, 'MANIFEST_INVALID', put('a', deep(`{"a":"${'x'.repeat(8_388_608)}"}`))],
  [
    'manifest CL 1TB declared',
    413,
    'MANIFEST_INVALID',
    { method: 'PUT', target: `${V2}/manifests/a`, headers: { 'Content-Length': '1000000000000' } },
  ],
  ['index missing child', 400, 'MANIFEST_BLOB_UNKNOWN', put('a', indexText([child]), OCI_INDEX)],
  ['subject missing ok', 201, undefined, put('a', change({ subject: child }))],
  ['subject bad digest', 400, 'MANIFEST_INVALID', put('a', change({ subject: { ...child, digest: 'sha256:1' } }))],
  ['blob digest mismatch', 400, 'DIGEST_INVALID', post(`${UPLOADS}?digest=${ABSENT}`, 'hello')],
  ['blob bad digest syntax', 400, 'DIGEST_INVALID', post(`${UPLOADS}?digest=sha256:1`, 'hello')],
  ['blob no digest', 400, 'DIGEST_INVALID', { method: 'PUT', target: '{nodigest}', body: 'hello' }],
  ['blob algo crc32', 400, 'DIGEST_INVALID', { method: 'PUT', target: '{crc}?digest=crc32:12345678', body: 'hello' }],
  [
    'PUT to finished session',
    404,
    'BLOB_UPLOAD_UNKNOWN',
    { method: 'PUT', target: `{finished}?digest=${NEW}`, body: '' },
  ],
  ['PATCH to finished session', 404, 'BLOB_UPLOAD_UNKNOWN', { method: 'PATCH', target: '{finished}', body: 'hello' }],
  ['GET finished session', 404, 'BLOB_UPLOAD_UNKNOWN', get('{finished}')],
  ['session in other repo', 404, 'BLOB_UPLOAD_UNKNOWN', get(`{empty of h/other}`)],
  ['unknown session', 404, 'BLOB_UPLOAD_UNKNOWN', get(`${UPLOADS}${'0'.repeat(32)}`)],
  ['session traversal', 400, 'NAME_INVALID', get(`${UPLOADS}../../../etc/passwd`)],
  ['Content-Range gap', 416, 'RANGE_INVALID', patch('{gap}', '9-13')],
  ['Content-Range len mismatch', 400, 'SIZE_INVALID', patch('{length}', '0-9')],
  ['Content-Range garbage', 416, 'RANGE_INVALID', patch('{garbage}', 'garbage')],
  ['Content-Range reversed', 416, 'RANGE_INVALID', patch('{reversed}', '4-0')],
  ['Content-Range bytes 0-3/*', 202, undefined, patch('{star}', 'bytes 0-4/*')],
  ['status empty session Range', 204, undefined, get('{empty}')],
  ['mount bad digest', 400, 'DIGEST_INVALID', post(`${UPLOADS}?mount=sha256:1&from=h/other`)],
  ['mount from bad name', 202, undefined, post(`${UPLOADS}?mount=${ABSENT}&from=../../x`)],
  ['mount unknown repo', 202, undefined, post(`${UPLOADS}?mount=${ABSENT}&from=no/such`)],
  ['blob GET unknown', 404, 'BLOB_UNKNOWN', get(`${V2}/blobs/${ABSENT}`)],
  ['blob GET bad digest', 400, 'DIGEST_INVALID', get(`${V2}/blobs/sha256:xyz`)],
  ['blob GET other repo (cross-repo read)', 404, 'BLOB_UNKNOWN', get(`/v2/h/other/blobs/${BLOB_DIGEST}`)],
  ['Range bytes=0-0', 206, undefined, range('bytes=0-0')],
  ['Range bytes=-0', 416, 'RANGE_INVALID', range('bytes=-0')],
  ['Range bytes=5-2', 416, 'RANGE_INVALID', range('bytes=5-2')],
  ['Range bytes=99999-', 416, 'RANGE_INVALID', range('bytes=99999-')],
  ['Range bytes=0-,0-,0-,0-', 400, 'RANGE_INVALID', range('bytes=0-,0-,0-,0-')],
  ['Range bytes=0-0,1-1,2-2,3-3,4-4,5-', 206, undefined, range('bytes=0-0,1-1,2-2,3-3,4-4,5-')],
  ['Range bytes=0-99999999999999999999', 206, undefined, range('bytes=0-99999999999999999999')],
  ['Range chars=0-1', 200, undefined, range('chars=0-1')],
  ['Range bytes=', 200, undefined, range('bytes=')],
  ['tags n=0', 200, undefined, get(`${LIST}?n=0`)],
  ['tags n=-1', 400, 'PAGINATION_NUMBER_INVALID', get(`${LIST}?n=-1`)],
  ['tags n=abc', 400, 'PAGINATION_NUMBER_INVALID', get(`${LIST}?n=abc`)],
  ['tags n=99999999999999999999', 200, undefined, get(`${LIST}?n=99999999999999999999`)],
  ['tags n=1&last=', 200, undefined, get(`${LIST}?n=1&last=`)],
  ['tags n=1&last=%0d%0aX:1', 200, undefined, get(`${LIST}?n=1&last=%0d%0aX:1`)],
  ['tags last=zzz', 200, undefined, get(`${LIST}?last=zzz`)],
  ['tags unknown repo', 404, 'NAME_UNKNOWN', get('/v2/no/such/tags/list')],
  ['referrers bad digest', 400, 'DIGEST_INVALID', get(`${V2}/referrers/sha256:1`)],
  ['referrers unknown subj', 200, undefined, get(`${V2}/referrers/${ABSENT}`)],
  ['referrers unknown repo', 200, undefined, get(`/v2/no/such/referrers/${ABSENT}`)],
  ['manifest GET If-None-Match', 304, undefined, get(`${V2}/manifests/one`, { 'If-None-Match': `"${IMAGE.digest}"` })],
  [
    'manifest GET Accept only docker',
    200,
    undefined,
    get(`${V2}/manifests/one`, { Accept: 'application/vnd.docker.distribution.manifest.v2+json' }),
  ],
  ['DELETE unknown tag', 404, 'MANIFEST_UNKNOWN', remove(`${V2}/manifests/no-such`)],
  ['DELETE unknown digest', 404, 'MANIFEST_UNKNOWN', remove(`${V2}/manifests/${ABSENT}`)],
  ['DELETE blob in use', 405, 'UNSUPPORTED', remove(`${V2}/blobs/${digestOf(bytesOf(IMAGE.blobs[1] ?? ''))}`)],
  ['GET manifest after blob delete', 200, undefined, get(`${V2}/manifests/one`)],
  ['POST /v2/', 405, 'UNSUPPORTED', post('/v2/')],
  ['GET /v2 (no slash)', 200, undefined, get('/v2')],
  ['OPTIONS', 405, 'UNSUPPORTED', { method: 'OPTIONS', target: '/v2/' }],
  ['TRACE', 405, 'UNSUPPORTED', { method: 'TRACE', target: '/v2/' }],
  ['PUT blob directly', 405, 'UNSUPPORTED', { method: 'PUT', target: BLOB_AT, body: BLOB }],
  [
    'CL+TE smuggle',
    400,
    undefined,
    { method: 'POST', target: UPLOADS, headers: { 'Transfer-Encoding': 'chunked' }, body: '0\r\n\r\n' },
  ],
  ['two CL', 400, undefined, { method: 'POST', target: UPLOADS, headers: { 'content-length': '9' }, body: 'hello' }],
  ['header 100KB', 431, undefined, get('/v2/', { X: 'a'.repeat(100_000) })],
  ['URL 100KB', 431, undefined, get(`/v2/${'a'.repeat(100_000)}`)],
  ['absolute-form', 200, undefined, get('http://evil.test/v2/')],
  ['bad host hdr injection', 400, 'UNSUPPORTED', { ...post(UPLOADS), headers: { Host: 'evil"/><x' } }],
  [
    'Location w/ evil host',
    202,
    undefined,
    { ...post(UPLOADS), headers: { Host: 'evil.test', 'X-Forwarded-Host': 'evil2' } },
  ],
]

test('there are all of them', () => {
  expect(new Set(PROBES.map(([name]) => name)).size).toBe(PROBES.length)
  expect(PROBES.length).toBeGreaterThanOrEqual(103)
})

test.each(PROBES.map(([name, status, code, ask]) => ({ name, status, code, ask })))(
  '$name: $status',
  async ({ status, code, ask }) => {
    const target = ask.target.replace(/\{(\w+)( of h\/other)?\}/, (_, session: string, other?: string) => {
      const path = sessions.get(session) ?? ''
      return other === undefined ? path : path.replace(REPOSITORY, 'h/other')
    })
    const answer = await server.ask({ ...ask, target })
    expect({ status: answer.status, code: answer.code }).toEqual({ status, code })
    expect(answer.headers.get('location') ?? '/').toStartWith('/')
  },
)
