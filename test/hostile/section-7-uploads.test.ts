/** Section 7, rows about upload sessions; see section-7.test.ts. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { digestOf } from '../../src/core/content-digest.ts'
import { AUTHORIZATION } from '../process/lading-process.ts'
import { bytesOf } from '../support/images.ts'
import { ABSENT, pushFixtures, REPOSITORY, startUpload } from './content.ts'
import { type HostileServer, startHostileServer } from './hostile-server.ts'
import { type Answer, exchange } from './raw-exchange.ts'

let server: HostileServer

beforeAll(async () => {
  server = await startHostileServer({ LADING_TRANSFER_TIMEOUT: '1s' })
  await pushFixtures(server)
})
afterAll(() => server[Symbol.asyncDispose]())

const HELLO = digestOf(bytesOf('hello'))

async function patch(location: string, body: string, headers: Record<string, string> = {}): Promise<Answer> {
  return await server.ask({ method: 'PATCH', target: location, body, headers })
}

async function finish(location: string, digest: string): Promise<Answer> {
  return await server.ask({ method: 'PUT', target: `${location}?digest=${digest}`, body: '' })
}

async function expectGone(location: string): Promise<void> {
  for (const method of ['GET', 'PATCH', 'PUT', 'DELETE']) {
    const target = method === 'PUT' ? `${location}?digest=${HELLO}` : location
    const answer = await server.ask({ method, target, ...(method === 'GET' ? {} : { body: '' }) })
    expect([method, answer.status, answer.code]).toEqual([method, 404, 'BLOB_UPLOAD_UNKNOWN'])
  }
}

test('a finished, a cancelled and a mismatched session: 404 BLOB_UPLOAD_UNKNOWN to everything', async () => {
  const finished = await startUpload(server)
  expect((await patch(finished, 'hello')).status).toBe(202)
  expect((await finish(finished, HELLO)).status).toBe(201)
  await expectGone(finished)
  const cancelled = await startUpload(server)
  expect((await server.ask({ method: 'DELETE', target: cancelled })).status).toBe(204)
  await expectGone(cancelled)
  const mismatched = await startUpload(server)
  await patch(mismatched, 'not that')
  const answer = await finish(mismatched, HELLO)
  expect([answer.status, answer.code]).toEqual([400, 'DIGEST_INVALID'])
  await expectGone(mismatched)
})

test('a session of another repository, guessed, or a path: 404 or 400, never another file', async () => {
  const location = await startUpload(server)
  const id = location.slice(location.lastIndexOf('/') + 1)
  expect(id).toMatch(/^[0-9a-f]{32}$/)
  await expectGone(`/v2/h/other/blobs/uploads/${id}`)
  const guesses = [
    '0'.repeat(32),
    id.toUpperCase(),
    `${id}0`,
    id.slice(1),
    `${id}%00`,
    '%2e%2e%2f%2e%2e%2fmetadata.db',
    '..%2f..',
    `..\\${id}`,
  ]
  for (const guess of guesses) {
    const answer = await server.ask({ target: `/v2/${REPOSITORY}/blobs/uploads/${guess}` })
    expect([guess, [400, 404].includes(answer.status)]).toEqual([guess, true])
  }
  expect((await server.ask({ target: `/v2/${REPOSITORY}/blobs/uploads/../../manifests/one` })).status).toBe(400)
  expect((await server.ask({ target: location })).status).toBe(204)
})

describe('Content-Range', () => {
  test.each<[string, number, string]>([
    ['9-13', 416, 'RANGE_INVALID'],
    ['0-4', 416, 'RANGE_INVALID'],
    ['2-6', 416, 'RANGE_INVALID'],
    ['9-5', 416, 'RANGE_INVALID'],
    ['garbage', 416, 'RANGE_INVALID'],
    ['', 416, 'RANGE_INVALID'],
    ['5-9/3', 416, 'RANGE_INVALID'],
    ['-5-9', 416, 'RANGE_INVALID'],
    ['5-99999999999999999999', 416, 'RANGE_INVALID'],
    ['5-10', 400, 'SIZE_INVALID'],
  ])('%s after five bytes, with five: %d %s, and the session is kept', async (range, status, code) => {
    const location = await startUpload(server)
    expect((await patch(location, 'hello', { 'Content-Range': '0-4' })).status).toBe(202)
    const answer = await patch(location, 'world', { 'Content-Range': range })
    expect([answer.status, answer.code]).toEqual([status, code])
    if (status === 416) expect([answer.headers.get('location'), answer.headers.get('range')]).toEqual([location, '0-4'])
    expect((await patch(location, ' you', { 'Content-Range': 'bytes 5-8/*' })).status).toBe(202)
    expect((await finish(location, digestOf(bytesOf('hello you')))).status).toBe(201)
  })
})

test('two PATCHes at once: one is taken, the others are 416, and no byte is in between', async () => {
  for (let round = 0; round < 5; round++) {
    const location = await startUpload(server)
    const bodies = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(200_000))
    const answers = await Promise.all(bodies.map((body) => patch(location, body, { 'Content-Range': '0-199999' })))
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 416, 416, 416])
    const winner = bodies[answers.findIndex(({ status }) => status === 202)] ?? ''
    expect((await finish(location, digestOf(bytesOf(winner)))).status).toBe(201)
  }
})

test('PATCH, PUT and DELETE at once on a session: answers of the table only, and what is there is whole', async () => {
  for (let round = 0; round < 10; round++) {
    const location = await startUpload(server)
    await patch(location, 'hello')
    const answers = await Promise.all([
      patch(location, 'x'.repeat(100_000)),
      finish(location, HELLO),
      server.ask({ method: 'DELETE', target: location }),
      finish(location, HELLO),
      patch(location, 'y'),
      server.ask({ target: location }),
    ])
    for (const { status } of answers) expect([201, 202, 204, 400, 404, 416]).toContain(status)
    const blob = await server.ask({ target: `/v2/${REPOSITORY}/blobs/${HELLO}` })
    if (blob.status === 200) expect(blob.body).toBe('hello')
  }
})

test('a body shorter than its Content-Length: what came is kept and said, and no line of the log is an error', async () => {
  const location = await startUpload(server)
  const socket = connect(server.port, '127.0.0.1')
  const head = `PATCH ${location} HTTP/1.1\r\nHost: a\r\nAuthorization: ${AUTHORIZATION}\r\nContent-Length: 100\r\n\r\n`
  socket.write(`${head}hello`)
  await Bun.sleep(150)
  socket.destroy()
  await Bun.sleep(150)
  const status = await server.ask({ target: location })
  expect([status.status, status.headers.get('range')]).toEqual([204, '0-4'])
  expect((await finish(location, HELLO)).status).toBe(201)
  expect(server.process.stderr()).not.toContain('"level":"error"')
})

test('a body that trickles or stops: 408 BLOB_UPLOAD_INVALID, and the session goes on from what came', async () => {
  const location = await startUpload(server)
  const head = `PATCH ${location} HTTP/1.1\r\nHost: a\r\nAuthorization: ${AUTHORIZATION}\r\nContent-Length: 999\r\n\r\n`
  const answer = await exchange(server.port, [`${head}he`, ...'llo'], { pauseMs: 200 })
  expect([answer.status, answer.code]).toEqual([408, 'BLOB_UPLOAD_INVALID'])
  const status = await server.ask({ target: location })
  expect([status.status, status.headers.get('range')]).toEqual([204, '0-4'])
  expect((await finish(location, HELLO)).status).toBe(201)
})

test('status of an empty session: 204 with Range 0-0', async () => {
  const answer = await server.ask({ target: await startUpload(server) })
  expect([answer.status, answer.headers.get('range')]).toEqual([204, '0-0'])
})

test('PUT without a digest, with a bad one, or of an algorithm nobody knows: 400, and the session is kept', async () => {
  const location = await startUpload(server)
  for (const query of ['', '?digest=', '?digest=sha256:xyz', `?digest=md5:${'a'.repeat(32)}`, '?digest=%00']) {
    const answer = await server.ask({ method: 'PUT', target: location + query, body: 'hello' })
    expect([query, answer.status, answer.code]).toEqual([query, 400, 'DIGEST_INVALID'])
  }
  expect((await server.ask({ target: location })).headers.get('range')).toBe('0-0')
})

describe('mount', () => {
  test.each([`&from=h/other`, `&from=no/such`, `&from=NOT A NAME`.replaceAll(' ', '%20'), '&from=../..', ''])(
    'of what is not there, %s: 202, a plain upload',
    async (from) => {
      const target = `/v2/${REPOSITORY}/blobs/uploads/?mount=${ABSENT}${from}`
      const answer = await server.ask({ method: 'POST', target, body: '' })
      expect(answer.status).toBe(202)
      expect(answer.headers.get('location')).toMatch(/^\/v2\/h\/x\/blobs\/uploads\/[0-9a-f]{32}$/)
    },
  )
})

test('delete during pull: the one that runs is served to its end, the next is 404', async () => {
  const content = Buffer.alloc(24 * 1024 * 1024, 'a pull that takes a while ')
  const digest = digestOf(content)
  const target = `/v2/${REPOSITORY}/blobs/${digest}`
  const push = { method: 'POST', target: `/v2/${REPOSITORY}/blobs/uploads/?digest=${digest}`, body: content }
  expect((await server.ask(push)).status).toBe(201)
  const response = await fetch(`http://127.0.0.1:${server.port}${target}`, {
    headers: { Authorization: AUTHORIZATION },
  })
  const reader = response.body?.getReader()
  const parts = [(await reader?.read())?.value ?? new Uint8Array()]
  expect((await server.ask({ method: 'DELETE', target })).status).toBe(202)
  expect((await server.ask({ target })).status).toBe(404)
  for (;;) {
    const { value } = (await reader?.read()) ?? {}
    if (value === undefined) break
    parts.push(value)
  }
  expect(digestOf(Buffer.concat(parts))).toBe(digest)
})
