import { afterEach, beforeEach, expect, test } from 'bun:test'
import { digestOf } from '../../src/core/content-digest.ts'
import { bytesOf, pushBlob } from '../support/images.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../support/test-registry.ts'

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
  await createRepository(registry, 'team/app')
  await createRepository(registry, 'team/other')
})
afterEach(async () => await registry[Symbol.asyncDispose]())

async function start(): Promise<string> {
  const response = await registry.send('POST', '/v2/team/app/blobs/uploads/')
  expect(response.status).toBe(202)
  return response.headers.get('location') ?? ''
}

async function patch(location: string, body: string, range?: string): Promise<Response> {
  return await registry.send('PATCH', location, {
    body,
    headers: range === undefined ? {} : { 'content-range': range },
  })
}

const HELLO = digestOf(bytesOf('hello world'))

test('chunks add up, each answer telling where the upload stands', async () => {
  const location = await start()
  const first = await patch(location, 'hello', '0-4')
  expect(first.status).toBe(202)
  expect(first.headers.get('range')).toBe('0-4')
  expect((await patch(location, ' world')).headers.get('range')).toBe('0-10')
  const status = await registry.send('GET', location)
  expect([status.status, status.headers.get('range')]).toEqual([204, '0-10'])
  const finished = await registry.send('PUT', `${location}?digest=${HELLO}`)
  expect(finished.status).toBe(201)
  expect(finished.headers.get('location')).toBe(`/v2/team/app/blobs/${HELLO}`)
  expect(await (await registry.send('GET', finished.headers.get('location') ?? '')).text()).toBe('hello world')
})

test('the last chunk may come with the PUT', async () => {
  const location = await start()
  await patch(location, 'hello')
  const response = await registry.send('PUT', `${location}?digest=${HELLO}`, {
    body: ' world',
    headers: { 'content-range': '5-10' },
  })
  expect(response.status).toBe(201)
})

test.each(['1-5', '0-4', '5-4', 'garbage', '99999999999999999999-99999999999999999999'])(
  'Content-Range %s after five bytes is a 416 that tells where to go on',
  async (range) => {
    const location = await start()
    await patch(location, 'hello')
    for (const method of ['PATCH', 'PUT']) {
      const path = method === 'PUT' ? `${location}?digest=${HELLO}` : location
      const response = await registry.send(method, path, { body: 'xxxxx', headers: { 'content-range': range } })
      expect(response.status).toBe(416)
      expect(response.headers.get('range')).toBe('0-4')
      expect(response.headers.get('location')).toBe(location)
    }
    expect((await patch(location, ' world')).status).toBe(202)
  },
)

test('Content-Range that disagrees with Content-Length is SIZE_INVALID, and the session goes on', async () => {
  const location = await start()
  const headers = { 'content-range': '0-9', 'content-length': '5' }
  const response = await registry.send('PATCH', location, { body: 'hello', headers })
  expect(response.status).toBe(400)
  expect(await response.text()).toContain('SIZE_INVALID')
  expect((await patch(location, 'hello')).status).toBe(202)
})

test('a body of unknown length is held to its Content-Range, and the refusal tells where the upload stands', async () => {
  const location = await start()
  await patch(location, 'hello')
  const chunked = (...chunks: string[]) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(bytesOf(chunk))
        controller.close()
      },
    })
  for (const [body, range, stands] of [
    [chunked(' w', 'orld and more', ' and more'), '5-7', '0-7'],
    [chunked('r'), '8-9', '0-8'],
  ] as const) {
    const refused = await registry.send('PATCH', location, { body, headers: { 'content-range': range } })
    expect([refused.status, refused.headers.get('range'), refused.headers.get('location')]).toEqual([
      400,
      stands,
      location,
    ])
    expect(await refused.text()).toContain('SIZE_INVALID')
  }
  const last = { body: chunked('ld'), headers: { 'content-range': '9-10' } }
  expect((await registry.send('PUT', `${location}?digest=${HELLO}`, last)).status).toBe(201)
})

test('a digest that does not match leaves nothing behind, and ends the session', async () => {
  const location = await start()
  await patch(location, 'something else')
  const response = await registry.send('PUT', `${location}?digest=${HELLO}`)
  expect(response.status).toBe(400)
  expect(await response.text()).toContain('DIGEST_INVALID')
  expect((await registry.send('GET', `/v2/team/app/blobs/${HELLO}`)).status).toBe(404)
  for (const [method, path] of [
    ['GET', location],
    ['PATCH', location],
    ['PUT', `${location}?digest=${HELLO}`],
    ['DELETE', location],
  ] as const) {
    const again = await registry.send(method, path)
    expect(again.status).toBe(404)
    expect(await again.text()).toContain('BLOB_UPLOAD_UNKNOWN')
  }
})

test('a session belongs to its repository, and its id cannot be made up', async () => {
  const location = await start()
  const elsewhere = location.replace('team/app', 'team/other')
  expect((await registry.send('PATCH', elsewhere, { body: 'x' })).status).toBe(404)
  for (const id of ['0'.repeat(32), '../../etc/passwd', 'x', `${'0'.repeat(31)}Z`]) {
    expect((await registry.send('GET', `/v2/team/app/blobs/uploads/${id}`)).status).toBeOneOf([400, 404])
  }
})

test('a cancelled session is gone', async () => {
  const location = await start()
  await patch(location, 'hello')
  expect((await registry.send('DELETE', location)).status).toBe(204)
  expect((await registry.send('GET', location)).status).toBe(404)
})

test('PUT without a digest, or with a bad one, is DIGEST_INVALID and keeps the session', async () => {
  const location = await start()
  await patch(location, 'hello world')
  for (const query of ['', '?digest=', '?digest=sha256:xyz', '?digest=md5:0123', `?digest=${HELLO.toUpperCase()}`]) {
    const response = await registry.send('PUT', `${location}${query}`)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('DIGEST_INVALID')
  }
  expect((await registry.send('PUT', `${location}?digest=${HELLO}`)).status).toBe(201)
})

test('a mount gives the blob without a byte sent; what cannot be mounted becomes an upload', async () => {
  const digest = await pushBlob(registry, 'team/other', 'shared')
  const mount = (query: string) => registry.send('POST', `/v2/team/app/blobs/uploads/?mount=${query}`)
  expect((await mount(`${digest}&from=team/nowhere`)).status).toBe(202)
  expect((await mount(`${digest}&from=NOT%20A%20NAME`)).status).toBe(202)
  expect((await mount(`${HELLO}&from=team/other`)).status).toBe(202)
  expect((await registry.send('GET', `/v2/team/app/blobs/${digest}`)).status).toBe(404)
  const mounted = await mount(`${digest}&from=team/other`)
  expect(mounted.status).toBe(201)
  expect(mounted.headers.get('location')).toBe(`/v2/team/app/blobs/${digest}`)
  expect(await (await registry.send('GET', `/v2/team/app/blobs/${digest}`)).text()).toBe('shared')
  const bad = await mount('sha256:nonsense&from=team/other')
  expect(bad.status).toBe(400)
})

test('a mount without from finds the blob wherever it is', async () => {
  const digest = await pushBlob(registry, 'team/other', 'shared')
  const response = await registry.send('POST', `/v2/team/app/blobs/uploads/?mount=${digest}`)
  expect(response.status).toBe(201)
})

test('a blob of no bytes is a blob', async () => {
  const digest = await pushBlob(registry, 'team/app', '')
  const response = await registry.send('GET', `/v2/team/app/blobs/${digest}`)
  expect([response.status, await response.text()]).toEqual([200, ''])
})

test('one principal cannot open sessions without end', async () => {
  await using small = await openTestRegistry({ uploadsPerPrincipal: 2 })
  await createRepository(small, 'team/app')
  const open = () => small.send('POST', '/v2/team/app/blobs/uploads/')
  expect([(await open()).status, (await open()).status]).toEqual([202, 202])
  const refused = await open()
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
})
