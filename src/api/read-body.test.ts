import { expect, test } from 'bun:test'
import { mayBeLarge, withBody } from './read-body.ts'

const MIB = 1024 * 1024
const LIMIT = 28 * MIB

/** A body that brings `chunks` and then waits until it is told to end. */
function slowRequest(chunks: readonly Uint8Array[]): { request: Request; end: () => void } {
  const done = Promise.withResolvers<void>()
  let sent = 0
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = chunks[sent++]
      if (chunk !== undefined) return controller.enqueue(chunk)
      await done.promise
      controller.close()
    },
  })
  return { request: new Request('http://a/', { method: 'POST', body }), end: () => done.resolve() }
}

const sizeOf = async (body: Uint8Array) => body.byteLength

test('bodies that are held together may not pass 256 MiB; small ones are taken all the same, and what ends is free again', async () => {
  const chunks = Array.from({ length: 28 }, () => new Uint8Array(MIB))
  const held = Array.from({ length: 9 }, () => slowRequest(chunks))
  const reading = held.map(({ request }) => withBody(request, LIMIT, sizeOf))
  await Bun.sleep(50)
  const another = slowRequest(chunks)
  await expect(withBody(another.request, LIMIT, sizeOf)).rejects.toMatchObject({ reason: 'too-many-requests' })
  const small = new Request('http://a/', { method: 'POST', body: new Uint8Array(64 * 1024) })
  expect(await withBody(small, LIMIT, sizeOf)).toBe(64 * 1024)
  for (const { end } of held) end()
  expect(await Promise.all(reading)).toEqual(held.map(() => LIMIT))
  const again = slowRequest(chunks)
  again.end()
  expect(await withBody(again.request, LIMIT, sizeOf)).toBe(LIMIT)
})

test('a body that is refused, that fails or that nobody can use holds nothing afterwards', async () => {
  const chunks = Array.from({ length: 28 }, () => new Uint8Array(MIB))
  for (let round = 0; round < 12; round++) {
    const { request, end } = slowRequest(chunks)
    end()
    const used = withBody(request, round % 2 === 0 ? LIMIT : MIB, async () => {
      throw new Error('no')
    })
    await expect(used).rejects.toThrow()
  }
  const { request, end } = slowRequest(chunks)
  end()
  expect(await withBody(request, LIMIT, sizeOf)).toBe(LIMIT)
})

test('mayBeLarge() goes by the declared length, and takes none for large', () => {
  const post = (length: string | undefined) =>
    new Request('http://a/', {
      method: 'POST',
      body: 'x',
      headers: length === undefined ? {} : { 'content-length': length },
    })
  expect(mayBeLarge(post('65536'))).toBe(false)
  expect(mayBeLarge(post('65537'))).toBe(true)
  expect(mayBeLarge(slowRequest([]).request)).toBe(true)
  expect(mayBeLarge(new Request('http://a/'))).toBe(false)
})
