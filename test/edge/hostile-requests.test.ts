import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { type EdgeServer, startEdgeServer } from './edge-server.ts'
import { type RawAnswer, sendRaw } from './raw-request.ts'

const HOST = 'Host: 127.0.0.1\r\n'
let edge: EdgeServer

beforeAll(() => {
  edge = startEdgeServer()
})
afterAll(() => edge[Symbol.asyncDispose]())

async function get(target: string, headers = HOST): Promise<RawAnswer> {
  return await sendRaw(edge.port, `GET ${target} HTTP/1.1\r\n${headers}\r\n`)
}

const POST = `POST /x HTTP/1.1\r\n${HOST}`

const FRAMING: readonly [string, string][] = [
  ['Content-Length and Transfer-Encoding', `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['two different Content-Lengths', `${POST}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`],
  ['a negative Content-Length', `${POST}Content-Length: -5\r\n\r\nhello`],
  ['a Content-Length that is no number', `${POST}Content-Length: 5x\r\n\r\nhello`],
  ['a chunk size that is no number', `${POST}Transfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n0\r\n\r\n`],
  ['a bare line feed in a header', `GET /x HTTP/1.1\n${HOST}\n\n`],
  ['a header name with a space', `GET /x HTTP/1.1\r\n${HOST}X Y: 1\r\n\r\n`],
  ['a folded header', `GET /x HTTP/1.1\r\n${HOST}X: 1\r\n 2\r\n\r\n`],
]

test.each(FRAMING)('%s is refused and the connection closed', async (_, bytes) => {
  const answer = await sendRaw(edge.port, bytes)
  expect([400, 505, undefined]).toContain(answer.status)
  expect(answer.isClosed).toBe(true)
})

test('a smuggled second request is never answered', async () => {
  const smuggled = `GET /smuggled HTTP/1.1\r\n${HOST}\r\n`
  const answer = await sendRaw(
    edge.port,
    `${POST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
  )
  expect(answer.text).not.toContain('smuggled')
})

test('100 KB of headers are 431, 25 KB of Range pass', async () => {
  expect((await get('/x', `${HOST}X: ${'a'.repeat(100_000)}\r\n`)).status).toBe(431)
  const ranges = Array.from({ length: 1800 }, (_, index) => `${index * 7}-${index * 7 + 3}`).join(',')
  expect(ranges.length).toBeGreaterThan(16_384)
  expect((await get('/x', `${HOST}Range: bytes=${`${ranges},`.repeat(2).slice(0, 25_600)}\r\n`)).status).toBe(200)
})

test('a URL of 100 KB is refused', async () => {
  expect([400, 414, 431]).toContain((await get(`/v2/${'a'.repeat(100_000)}`)).status ?? 0)
})

test.each(['TRACE', 'OPTIONS', 'CONNECT'])('%s is 405 with JSON', async (method) => {
  const answer = await sendRaw(edge.port, `${method} /v2/ HTTP/1.1\r\n${HOST}\r\n`)
  expect(answer.status).toBe(405)
  expect(answer.text).toContain('"UNSUPPORTED"')
  expect(answer.text.toLowerCase()).toContain('\r\nallow: get')
})

test('a method that nobody knows gets no 200', async () => {
  expect([400, 405, 501, undefined]).toContain((await sendRaw(edge.port, `FOO /x HTTP/1.1\r\n${HOST}\r\n`)).status)
})

test('an unknown expectation is 417; 100-continue is answered before the body', async () => {
  const unknown = await sendRaw(edge.port, `${POST}Expect: the-unexpected\r\nContent-Length: 5\r\n\r\nhello`)
  expect(unknown.status).toBe(417)
  const head = `${POST}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`
  const known = await sendRaw(edge.port, [head, 'hello'], { pauseMs: 100 })
  expect(known.text).toStartWith('HTTP/1.1 100')
  expect(known.text).toContain('"sizeBytes":5')
})

test.each([
  ['several Host headers', `${HOST}Host: evil\r\n`],
  ['the same Host twice', `${HOST}${HOST}`],
  ['no Host', ''],
  ['a Host that is no host', 'Host: a b/\r\n'],
])('%s: 400', async (_, headers) => {
  expect((await get('/v2/', headers)).status).toBe(400)
})

test.each([
  ...['x:99999', 'x:abc', 'x:80:90', ':80', '[::1', '[::1]x', 'a%2fb', 'a%zz', '%00', '1.2.3.4.5', '999.1.1.1'],
  ...['a/b', 'a?b', 'a#b', 'u@h', 'a\\b', ''],
])('the Host %p is 400, with a body and without, and no error of ours', async (host) => {
  const before = edge.logged.length
  for (const [method, more] of [
    ['GET', '\r\n'],
    ['POST', 'Content-Length: 5\r\n\r\nhello'],
    ['PUT', 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'],
  ]) {
    const answer = await sendRaw(edge.port, `${method} /v2/x HTTP/1.1\r\nHost: ${host}\r\n${more}`)
    expect([method, answer.status]).toEqual([method, 400])
  }
  expect(edge.logged.slice(before)).toEqual([])
})

test.each(['localhost', 'a_b.test:5000', '[::1]:5000', '127.0.0.1:65535', 'x:'])('the Host %p passes', async (host) => {
  const bytes = `POST /v2/x HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 5\r\n\r\nhello`
  expect((await sendRaw(edge.port, bytes)).status).toBe(200)
})

const DOTTED = [
  '/v2/a/../b/manifests/x',
  '/v2/a/./b/manifests/x',
  '/v2/..',
  '/..',
  '/../v2/a',
  '/v2/a/%2e%2e/b',
  '/v2/a/%2E%2E/b',
  '/v2/a/.%2e/b',
  '/v2/a/%2E./b',
  '/v2/a/%2e/b',
  '/v2/a/b/c/d/e/f/g/h/../i/tags/list',
  `/v2/${'a/'.repeat(100)}..${'/..'.repeat(95)}/b`,
  '/v2/a/../b?n=1',
  '/v2/t\\a/manifests/v1',
  '/v2/t\\a/blobs/uploads/',
  '/v2/x\\..\\a/manifests/v1',
  '/v2/x/..\\a/manifests/v1',
  '/v2/x//..\\a/manifests/v1',
  '/v2/x/%2e%2e\\a/manifests/v1',
  '/healthz\\..\\metrics',
  '/x\\..\\',
  '/v2/a%5C..%5Cb/tags/list',
  `/v2/${'a/'.repeat(12)}x\\..\\b/tags/list`,
  `/v2/${'a/'.repeat(20)}x\\${'..\\'.repeat(18)}b/tags/list`,
]

test.each(DOTTED)('%s is 400 NAME_INVALID, not another name', async (target) => {
  const answer = await get(target)
  expect(answer.status).toBe(400)
  expect(answer.text).toContain('"NAME_INVALID"')
})

test.each([
  '/v2/a..b/x',
  '/v2/.../x',
  '/v2/a/..b/x',
  '/v2/%2e%2e%2e/x',
  '/v2//a',
  '/v2/a%2Fb',
  '/',
  '/v2/',
  '/v2/a/blobs/uploads/',
  `/v2/${'a/'.repeat(120)}tags/list`,
])('%s has no dot segments and passes the edge as it is', async (target) => {
  const answer = await get(target)
  expect(answer.status).toBe(200)
  expect(answer.text).toContain(`"path":"${target}"`)
})

test('every answer of ours has our request id, never the client’s', async () => {
  for (const target of ['/x', '/v2/../x', '/bug']) {
    const answer = await get(target, `${HOST}X-Request-Id: evil\r\n`)
    expect(answer.text.toLowerCase()).toMatch(/x-request-id: [0-9a-f]{8}-[0-9a-f-]{27}\r\n/)
    expect(answer.text).not.toContain('evil')
  }
})

test('a bug is a bare 500, and the log has it under the request id', async () => {
  const answer = await get('/bug')
  expect(answer.status).toBe(500)
  expect(answer.text).not.toContain('secret')
  const id = /x-request-id: (\S+)/i.exec(answer.text)?.[1]
  const line = edge.logged.find((logged) => logged.fields?.requestId === id)
  expect(line).toMatchObject({ level: 'error', fields: { error: { message: 'a secret from the inside' } } })
})

test('a file that is gone when it is to be sent is a bare 500 too', async () => {
  const answer = await get('/missing-file')
  expect(answer.status).toBe(500)
  expect(answer.text).not.toContain('nowhere')
  expect(edge.logged.at(-1)).toMatchObject({ level: 'error', fields: { error: { code: 'ENOENT' } } })
})

test('an answer before the body closes the connection when a terabyte is on its way, and keeps it for a little', async () => {
  const declared = `POST /unread HTTP/1.1\r\n${HOST}Content-Length: 1000000000000\r\n\r\nhello`
  const early = await sendRaw(edge.port, declared)
  expect([early.status, early.isClosed]).toEqual([401, true])
  const endless = await sendRaw(
    edge.port,
    `POST /unread HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`,
  )
  expect([endless.status, endless.isClosed]).toEqual([401, true])
  const again = await sendRaw(
    edge.port,
    `POST /unread HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhelloGET /after HTTP/1.1\r\n${HOST}\r\n`,
  )
  expect(again.text).toContain('/after')
})

test('413 closes the connection: what follows was meant to be the body', async () => {
  const answer = await sendRaw(edge.port, `POST /too-large HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhe`)
  expect([answer.status, answer.isClosed]).toEqual([413, true])
})

test('a connection may not idle for ever, whatever was asked on it', async () => {
  await using quick = startEdgeServer({ idleSeconds: 1 })
  const requests = [
    `GET /x HTTP/1.1\r\n${HOST}\r\n`,
    `POST /x HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhello`,
    `POST /unread HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\n`,
    `PATCH /unread HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhe`,
  ]
  // Bun looks every four seconds.
  const answers = await Promise.all(requests.map((bytes) => sendRaw(quick.port, bytes, { quietMs: 9000 })))
  expect(answers.map(({ isClosed }) => isClosed)).toEqual([true, true, true, true])
}, 15_000)

test('GET and HEAD with a body are answered, and the connection stays in step', async () => {
  const answer = await sendRaw(
    edge.port,
    `GET /one HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhelloGET /two HTTP/1.1\r\n${HOST}\r\n`,
  )
  expect(answer.text).toContain('"path":"/one"')
  expect(answer.text).toContain('"path":"/two"')
})

test('a client that goes away in the middle of its body is no error of ours', async () => {
  const before = edge.logged.length
  const socket = connect(edge.port, '127.0.0.1')
  socket.write(`${POST}Content-Length: 50\r\n\r\nhello`)
  await Bun.sleep(100)
  expect(edge.server.transfers.active).toBe(1)
  socket.destroy()
  await Bun.sleep(100)
  expect(edge.server.transfers.active).toBe(0)
  expect(edge.logged.slice(before)).toEqual([])
})
