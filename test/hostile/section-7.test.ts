/**
 * Section 7 of the protocol notes, "Hostile inputs": every row has a test here, in section-7-uploads.test.ts or in
 * section-7-transport.test.ts, named as the row is. Not here:
 *
 * - pull-through, decompression bombs, annotations shown in a console: there is no pull-through, scanner or console yet;
 * - a full, read-only or missing disk: test/contracts/blob-store-faults.test.ts and test/crash/faults.ts;
 * - the collector racing pushes: test/collection/ and test/crash/; too many open uploads (429): test/oci/uploads.test.ts;
 * - sessions of another principal: there is one principal until there are users; test/oci/uploads.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
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
  putManifest,
  REPOSITORY,
} from './content.ts'
import { type Ask, type HostileServer, startHostileServer } from './hostile-server.ts'
import { INVALID_MANIFESTS } from './invalid-manifests.ts'

let server: HostileServer

beforeAll(async () => {
  server = await startHostileServer()
  await pushFixtures(server)
})
afterAll(() => server[Symbol.asyncDispose]())

type Wanted = readonly [status: number, code: string | undefined]

async function expectAnswer(ask: Ask, [status, code]: Wanted): Promise<void> {
  const answer = await server.ask(ask)
  expect({ status: answer.status, code: answer.code }).toEqual({ status, code })
}

describe('blob or manifest digest mismatch', () => {
  test('a blob: 400 DIGEST_INVALID, nothing visible afterwards', async () => {
    const digest = digestOf(bytesOf('something else'))
    const target = `/v2/${REPOSITORY}/blobs/uploads/?digest=${digest}`
    await expectAnswer({ method: 'POST', target, body: 'not that' }, [400, 'DIGEST_INVALID'])
    await expectAnswer({ target: `/v2/${REPOSITORY}/blobs/${digest}` }, [404, 'BLOB_UNKNOWN'])
  })

  test('a manifest: 400 DIGEST_INVALID, nothing visible afterwards', async () => {
    const answer = await putManifest(server, { tag: ABSENT, body: IMAGE.text })
    expect([answer.status, answer.code]).toEqual([400, 'DIGEST_INVALID'])
    await expectAnswer({ target: `/v2/${REPOSITORY}/manifests/${ABSENT}` }, [404, 'MANIFEST_UNKNOWN'])
  })
})

describe('bad digest syntax, upper-case hex, unknown algorithm', () => {
  const bad = [
    'sha256:1234',
    'sha256:',
    `sha256:${'A'.repeat(64)}`,
    `SHA256:${'a'.repeat(64)}`,
    `md5:${'a'.repeat(32)}`,
    `sha512:${'a'.repeat(64)}`,
    `crc32:abcd`,
    `sha256:${'a'.repeat(63)}g`,
    `sha256:${'a'.repeat(64)}%00`,
    ':',
  ]
  test.each(bad)('%s is 400 DIGEST_INVALID everywhere', async (digest) => {
    const wanted = [400, 'DIGEST_INVALID'] as const
    const manifest = { method: 'PUT', headers: { 'Content-Type': OCI_MANIFEST }, body: IMAGE.text }
    await expectAnswer({ ...manifest, target: `/v2/${REPOSITORY}/manifests/${digest}` }, wanted)
    await expectAnswer({ target: `/v2/${REPOSITORY}/manifests/${digest}` }, wanted)
    await expectAnswer({ target: `/v2/${REPOSITORY}/blobs/${digest}` }, wanted)
    await expectAnswer({ target: `/v2/${REPOSITORY}/referrers/${digest}` }, wanted)
    const upload = `/v2/${REPOSITORY}/blobs/uploads/`
    await expectAnswer({ method: 'POST', target: `${upload}?digest=${digest}`, body: BLOB }, wanted)
    await expectAnswer({ method: 'POST', target: `${upload}?mount=${digest}&from=h/other`, body: '' }, wanted)
  })
})

describe('tag of 129 characters, leading period, not ASCII, NUL, plus', () => {
  const bad = ['a'.repeat(129), '.a', '-a', '%C3%A9', 'a%00', 'a+b', 'a%2Fb', 'a%20b', 'é', 'a%0d%0aX']
  test.each(bad)('%s is 400 TAG_INVALID for a push, 404 for a pull', async (tag) => {
    const answer = await putManifest(server, { tag, body: IMAGE.text })
    expect([answer.status, answer.code]).toEqual([400, 'TAG_INVALID'])
    for (const method of ['GET', 'DELETE']) {
      await expectAnswer({ method, target: `/v2/${REPOSITORY}/manifests/${tag}` }, [404, 'MANIFEST_UNKNOWN'])
    }
    const target = `/v2/${REPOSITORY}/manifests/${IMAGE.digest}?tag=${tag.replace('+', '%2B')}`
    const put = { method: 'PUT', headers: { 'Content-Type': OCI_MANIFEST }, body: IMAGE.text }
    await expectAnswer({ ...put, target }, [400, 'TAG_INVALID'])
  })
})

describe('name in upper case, dot segments, escapes, empty components, too long, NUL', () => {
  const bad = [
    'h/X',
    '..',
    'h/..',
    '../../etc',
    'h/%2e%2e/x',
    'h/.%2E/x',
    'h/./x',
    'h%2Fx',
    'h//x',
    '/h',
    'h/x/',
    'h/x%00',
    'a'.repeat(300),
    `${'a/'.repeat(150)}a`,
    'h/x_',
    'h/a...b',
    'h/é',
    'h/%C3%A9',
    '__proto__',
    'h/%0d%0aX-Evil:1',
  ]
  test.each(bad)('%s is 400 NAME_INVALID, without a redirect', async (name) => {
    for (const rest of ['tags/list', `manifests/one`, `blobs/${BLOB_DIGEST}`, `referrers/${BLOB_DIGEST}`]) {
      const answer = await server.ask({ target: `/v2/${name}/${rest}` })
      expect({ rest, status: answer.status, code: answer.code, to: answer.headers.get('location') }).toEqual({
        rest,
        status: 400,
        code: 'NAME_INVALID',
        to: undefined,
      })
    }
    await expectAnswer({ method: 'POST', target: `/v2/${name}/blobs/uploads/`, body: '' }, [400, 'NAME_INVALID'])
  })
})

describe('manifests that must be refused', () => {
  test.each([...INVALID_MANIFESTS])('$what: 400 MANIFEST_INVALID', async ({ body, type }) => {
    const answer = await putManifest(server, { tag: 'bad', body, type })
    expect([answer.status, answer.code]).toEqual([400, 'MANIFEST_INVALID'])
    await expectAnswer({ target: `/v2/${REPOSITORY}/manifests/bad` }, [404, 'MANIFEST_UNKNOWN'])
  })
})

describe('a manifest over the limit', () => {
  test('a declared terabyte: 413 before a byte of it, and the connection closes', async () => {
    const headers = { 'Content-Type': OCI_MANIFEST, 'Content-Length': '1000000000000' }
    const target = `/v2/${REPOSITORY}/manifests/big`
    const answer = await server.ask({ method: 'PUT', target, headers, awaitClose: 1000 })
    expect([answer.status, answer.code, answer.isClosed]).toEqual([413, 'MANIFEST_INVALID', true])
  })

  test('chunks without end: counted, and refused at the limit', async () => {
    const headers = { 'Content-Type': OCI_MANIFEST, 'Transfer-Encoding': 'chunked', 'Content-Length': null }
    const chunk = `80000\r\n${' '.repeat(0x80000)}\r\n`
    const target = `/v2/${REPOSITORY}/manifests/big`
    const answer = await server.ask({ method: 'PUT', target, headers, body: chunk.repeat(9), awaitClose: 1000 })
    expect([answer.status, answer.code, answer.isClosed]).toEqual([413, 'MANIFEST_INVALID', true])
  })

  test('4 MiB exactly are taken, a byte more is not', async () => {
    const room = 4 * 1024 * 1024 - IMAGE.text.length
    expect((await putManifest(server, { tag: 'full', body: IMAGE.text + ' '.repeat(room) })).status).toBe(201)
    expect((await putManifest(server, { tag: 'full', body: IMAGE.text + ' '.repeat(room + 1) })).status).toBe(413)
  })
})

describe('references', () => {
  test('missing ones: 400 MANIFEST_BLOB_UNKNOWN that lists each; the subject and foreign layers are exempt', async () => {
    const absent = (digit: string) => `sha256:${digit.repeat(64)}`
    const layers = ['1', '2'].map((digit) => ({ mediaType: 'a/b', digest: absent(digit), size: 1 }))
    const body = changedManifest((manifest) => Object.assign(manifest, { layers }))
    const answer = await putManifest(server, { tag: 'missing', body })
    expect([answer.status, answer.code]).toEqual([400, 'MANIFEST_BLOB_UNKNOWN'])
    const detail: unknown = JSON.parse(answer.body).errors[0].detail
    expect(detail).toMatchObject({ digests: [absent('1'), absent('2')] })
    const subject = { mediaType: OCI_MANIFEST, digest: absent('3'), size: 1 }
    const foreign = {
      mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar',
      digest: absent('4'),
      size: 1,
      urls: ['https://elsewhere.test/layer'],
    }
    const exempt = changedManifest((manifest) => Object.assign(manifest, { subject, layers: [foreign] }))
    expect((await putManifest(server, { tag: 'exempt', body: exempt })).status).toBe(201)
    const index = indexText([{ mediaType: OCI_MANIFEST, digest: absent('5'), size: 1 }])
    const missingChild = await putManifest(server, { tag: 'index', body: index, type: OCI_INDEX })
    expect([missingChild.status, missingChild.code]).toEqual([400, 'MANIFEST_BLOB_UNKNOWN'])
  })

  test('indexes in indexes, 100 deep, are taken and walked by nobody; subjects may form chains', async () => {
    let child: Record<string, unknown> = { mediaType: OCI_MANIFEST, digest: IMAGE.digest, size: IMAGE.text.length }
    for (let depth = 0; depth < 100; depth++) {
      const body = indexText([child], { subject: child })
      expect((await putManifest(server, { tag: 'nested', body, type: OCI_INDEX })).status).toBe(201)
      child = { mediaType: OCI_INDEX, digest: digestOf(bytesOf(body)), size: body.length }
    }
    expect((await server.ask({ target: `/v2/${REPOSITORY}/manifests/nested` })).status).toBe(200)
    const referrers = await server.ask({ target: `/v2/${REPOSITORY}/referrers/${IMAGE.digest}` })
    expect(JSON.parse(referrers.body).manifests).toHaveLength(1)
  })
})

describe('n and last of lists', () => {
  const list = `/v2/${REPOSITORY}/tags/list`
  test('n=0 is an empty page without Link', async () => {
    const answer = await server.ask({ target: `${list}?n=0` })
    expect([answer.status, JSON.parse(answer.body).tags, answer.headers.has('link')]).toEqual([200, [], false])
  })

  test.each(['-1', 'abc', '', '1e3', '0x10', '1.5', '%00'])('n=%s is 400 PAGINATION_NUMBER_INVALID', async (n) => {
    for (const target of [list, '/v2/_catalog', `/v2/${REPOSITORY}/referrers/${ABSENT}`]) {
      await expectAnswer({ target: `${target}?n=${n}` }, [400, 'PAGINATION_NUMBER_INVALID'])
    }
  })

  test('n of 20 digits is as many as there are; nothing is set aside for it', async () => {
    await expectAnswer({ target: `${list}?n=99999999999999999999` }, [200, undefined])
    await expectAnswer({ target: `${list}?n=${'9'.repeat(400)}` }, [200, undefined])
  })

  test('last with a line end or a bracket never comes out again', async () => {
    for (const last of ['%0d%0aX-Evil:1', '%3E;x%3C', 'a%22%0a', '%ff%fe', '%']) {
      const answer = await server.ask({ target: `${list}?n=1&last=${last}` })
      expect(answer.status).toBe(200)
      expect(answer.headers.has('x-evil')).toBe(false)
      expect(answer.headers.get('link') ?? '').toMatch(/^(<\/v2\/h\/x\/tags\/list\?[\w=&.-]+>; rel="next")?$/)
    }
  })
})

describe('Range', () => {
  const target = `/v2/${REPOSITORY}/blobs/${BLOB_DIGEST}`
  const many = (count: number) => Array.from({ length: count }, (_, index) => `${index}-${index}`).join(',')
  test.each<[string, number, string?]>([
    ['bytes=5-2', 416],
    ['bytes=99999-', 416],
    ['bytes=1200-', 416],
    ['bytes=-0', 416],
    ['bytes=0-0', 206, 'bytes 0-0/1200'],
    ['bytes=0-99999999999999999999', 206, 'bytes 0-1199/1200'],
    ['bytes=-99999999999999999999', 206, 'bytes 0-1199/1200'],
    ['bytes=99999999999999999999-', 416],
    ['chars=0-1', 200],
    ['bytes=', 200],
    ['bytes=a-b', 200],
    ['bytes=0-1,x', 200],
    ['bytes=0-0,2-2', 206],
    ['bytes=5-9,0-1', 206],
    ['bytes=0-,0-,0-,0-', 400],
    ['bytes=0-5,5-9', 400],
    [`bytes=${many(1025)}`, 400],
    [`bytes=${many(1024)}`, 206],
    [`bytes=${','.repeat(20_000)}0-0`, 206],
  ])('%s is %d', async (...row) => {
    const [range, status, contentRange] = row
    const answer = await server.ask({ target, headers: { Range: range } })
    expect(answer.status).toBe(status)
    if (contentRange !== undefined) expect(answer.headers.get('content-range')).toBe(contentRange)
    if (status === 416) expect(answer.headers.get('content-range')).toBe('bytes */1200')
  })

  test('several ranges come as multipart/byteranges, in the order asked for', async () => {
    const answer = await server.ask({ target, headers: { Range: 'bytes=15-16,3-4' } })
    expect(answer.headers.get('content-type')).toStartWith('multipart/byteranges; boundary=')
    expect(answer.body.indexOf('bytes 15-16/1200')).toBeLessThan(answer.body.indexOf('bytes 3-4/1200'))
    expect(answer.body).toContain('\r\n\r\n56')
  })

  test('Accept-Encoding changes nothing: ranges and digests are of the bytes as pushed', async () => {
    const headers = { 'Accept-Encoding': 'gzip, zstd, br, *;q=0.5' }
    for (const path of [target, `/v2/${REPOSITORY}/manifests/one`]) {
      const answer = await server.ask({ target: path, headers })
      expect([answer.headers.has('content-encoding'), answer.status]).toEqual([false, 200])
      expect(answer.body).toBe(path === target ? BLOB : IMAGE.text)
    }
  })
})

test('cross-repo blob read by digest: 404; what was deleted is not readable by digest or from elsewhere', async () => {
  await expectAnswer({ target: `/v2/h/other/blobs/${BLOB_DIGEST}` }, [404, 'BLOB_UNKNOWN'])
  const other = `/v2/h/other/blobs/${digestOf(bytesOf('a blob of another repository'))}`
  await expectAnswer({ target: other }, [200, undefined])
  expect((await server.ask({ method: 'DELETE', target: other })).status).toBe(202)
  await expectAnswer({ target: other }, [404, 'BLOB_UNKNOWN'])
  const mount = `/v2/${REPOSITORY}/blobs/uploads/?from=h/other&mount=${digestOf(bytesOf('a blob of another repository'))}`
  await expectAnswer({ method: 'POST', target: mount, body: '' }, [202, undefined])
})

test('concurrent pushes of one tag and of one blob: all 201, one of them is there in the end', async () => {
  const bodies = Array.from({ length: 12 }, (_, index) => IMAGE.text + ' '.repeat(index))
  const answers = await Promise.all(bodies.map((body) => putManifest(server, { tag: 'raced', body })))
  expect(answers.map(({ status }) => status)).toEqual(bodies.map(() => 201))
  const { body, headers } = await server.ask({ target: `/v2/${REPOSITORY}/manifests/raced` })
  expect(bodies).toContain(body)
  expect(headers.get('docker-content-digest')).toBe(digestOf(bytesOf(body)))
  const content = 'pushed by all at once'.repeat(1000)
  const digest = digestOf(bytesOf(content))
  const target = `/v2/${REPOSITORY}/blobs/uploads/?digest=${digest}`
  const pushes = await Promise.all(bodies.map(() => server.ask({ method: 'POST', target, body: content })))
  expect(pushes.map(({ status }) => status)).toEqual(bodies.map(() => 201))
  expect((await server.ask({ target: `/v2/${REPOSITORY}/blobs/${digest}` })).body).toBe(content)
})

test('If-Match is honoured: the second of two that saw the same tag is 412', async () => {
  await putManifest(server, { tag: 'cas', body: IMAGE.text })
  const headers = { 'If-Match': `"${IMAGE.digest}"` }
  expect((await putManifest(server, { tag: 'cas', body: `${IMAGE.text} `, headers })).status).toBe(201)
  expect((await putManifest(server, { tag: 'cas', body: `${IMAGE.text}  `, headers })).status).toBe(412)
})
