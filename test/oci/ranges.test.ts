import { afterEach, beforeEach, expect, test } from 'bun:test'
import type { Digest } from '../../src/core/digest.ts'
import { pushBlob } from '../support/images.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../support/test-registry.ts'

const SMALL = Array.from({ length: 120 }, (_, index) => `${index}`.padStart(10, '.')).join('')
const LARGE = SMALL.repeat(100)

let registry: TestRegistry
let small: Digest
let large: Digest
beforeEach(async () => {
  registry = await openTestRegistry()
  await createRepository(registry, 'team/app')
  small = await pushBlob(registry, 'team/app', SMALL)
  large = await pushBlob(registry, 'team/app', LARGE)
})
afterEach(async () => await registry[Symbol.asyncDispose]())

async function get(range: string, digest = small): Promise<Response> {
  return await registry.send('GET', `/v2/team/app/blobs/${digest}`, { headers: { range } })
}

test.each([
  ['bytes=0-0', 0, 0],
  ['bytes=5-9', 5, 9],
  ['bytes=1190-', 1190, 1199],
  ['bytes=-10', 1190, 1199],
  ['bytes=0-', 0, 1199],
  ['bytes=-99999', 0, 1199],
  ['bytes=1000-99999999999999999999', 1000, 1199],
])('%s is one part', async (range, start, end) => {
  const response = await get(range)
  expect(response.status).toBe(206)
  expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end}/1200`)
  expect(await response.text()).toBe(SMALL.slice(start, end + 1))
})

test.each(['bytes=5-2', 'bytes=-0', 'bytes=1200-', 'bytes=99999-', 'bytes=99999999999999999999-'])(
  '%s cannot be satisfied',
  async (range) => {
    const response = await get(range)
    expect(response.status).toBe(416)
    expect(response.headers.get('content-range')).toBe('bytes */1200')
  },
)

test.each(['chars=0-1', 'bytes=', 'bytes=abc', 'nonsense'])('%s is ignored', async (range) => {
  const response = await get(range)
  expect([response.status, await response.text()]).toEqual([200, SMALL])
})

test.each([
  ['of a blob in memory', 'small'],
  ['of a blob in a file', 'large'],
])('several ranges %s come in request order, never merged', async (_, which) => {
  const [digest, text] = which === 'small' ? [small, SMALL] : [large, LARGE]
  const response = await get('bytes=100-109,0-9,10-19', digest)
  expect(response.status).toBe(206)
  const type = response.headers.get('content-type') ?? ''
  const boundary = /^multipart\/byteranges; boundary=(.+)$/.exec(type)?.[1] ?? 'none'
  const parts = (await response.text()).split(`--${boundary}`).slice(1, -1)
  expect(parts).toHaveLength(3)
  for (const [index, start] of [100, 0, 10].entries()) {
    expect(parts[index]).toContain(
      `Content-Range: bytes ${start}-${start + 9}/${text.length}\r\n\r\n${text.slice(start, start + 10)}`,
    )
  }
})

test('1,024 ranges are served, one more is a 400, never a 416', async () => {
  const ranges = (count: number) =>
    `bytes=${Array.from({ length: count }, (_, index) => `${index}-${index}`).join(',')}`
  expect((await get(ranges(1024))).status).toBe(206)
  expect((await get(ranges(1025))).status).toBe(400)
  expect((await get('bytes=0-,0-,0-,0-')).status).toBe(400)
})
