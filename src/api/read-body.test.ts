import { expect, test } from 'bun:test'
import { Refusal } from '../core/refusal.ts'
import { BodyRoom } from '../services/body-room.ts'
import { mayBeLarge, readBody } from './read-body.ts'

const KIB = 1024
const MIB = 1024 * 1024
const tooLarge = () => new Refusal('limit-exceeded', 'too large')
const limitOf = (bytes: number) => ({ bytes, refusal: tooLarge })
const LIMIT = limitOf(28 * MIB)

interface SlowBody {
  readonly stream: ReadableStream<Uint8Array>
  send(chunk: Uint8Array): void
  end(): void
  readonly isCancelled: boolean
}

/** A body that brings what it is told to, when it is told to. */
function slowBody(...chunks: readonly Uint8Array[]): SlowBody {
  let cancelled = false
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const stream = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given
      for (const chunk of chunks) given.enqueue(chunk)
    },
    cancel() {
      cancelled = true
    },
  })
  return {
    stream,
    send: (chunk) => controller?.enqueue(chunk),
    end: () => controller?.close(),
    get isCancelled() {
      return cancelled
    },
  }
}

function openRoom(capacityBytes: number) {
  let nowMs = 0
  const room = new BodyRoom(capacityBytes, () => nowMs)
  return { room, advance: (ms: number) => (nowMs += ms) }
}

const settle = () => Bun.sleep(1)
const REFUSED = { reason: 'too-many-requests' }

test('bodies hold no more than the room together; small ones are taken all the same', async () => {
  const { room } = openRoom(2 * MIB)
  const held = [slowBody(new Uint8Array(MIB)), slowBody(new Uint8Array(MIB))]
  const reading = held.map(({ stream }) => room.read(stream, LIMIT))
  await settle()
  const another = slowBody(new Uint8Array(MIB))
  await expect(room.read(another.stream, LIMIT)).rejects.toMatchObject(REFUSED)
  expect(another.isCancelled).toBe(true)
  const small = slowBody(new Uint8Array(64 * KIB))
  small.end()
  expect((await room.read(small.stream, LIMIT)).bytes.byteLength).toBe(64 * KIB)
  for (const { end } of held) end()
  expect((await Promise.all(reading)).map(({ bytes }) => bytes.byteLength)).toEqual([MIB, MIB])
})

test('a body holds its room until it is disposed of, and nothing when it was refused or failed', async () => {
  const { room } = openRoom(2 * MIB)
  const whole = () => {
    const body = slowBody(new Uint8Array(2 * MIB))
    body.end()
    return body.stream
  }
  const failing = () =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array(2 * MIB))
      },
      pull() {
        throw new Error('gone')
      },
    })
  for (let round = 0; round < 3; round++) {
    await expect(room.read(whole(), limitOf(MIB))).rejects.toMatchObject({ reason: 'limit-exceeded' })
    await expect(room.read(failing(), LIMIT)).rejects.toThrow('gone')
  }
  const held = await room.read(whole(), LIMIT)
  await expect(room.read(whole(), LIMIT)).rejects.toMatchObject(REFUSED)
  held[Symbol.dispose]()
  held[Symbol.dispose]()
  using _again = await room.read(whole(), LIMIT)
  await expect(room.read(whole(), LIMIT)).rejects.toMatchObject(REFUSED)
})

test('where the room is full, those who bring little make way, and those who bring enough do not', async () => {
  const { room, advance } = openRoom(3 * MIB)
  const trickling = slowBody(new Uint8Array(MIB))
  const steady = slowBody(new Uint8Array(MIB))
  const refused = room.read(trickling.stream, LIMIT)
  refused.catch(() => {})
  const kept = room.read(steady.stream, LIMIT)
  await settle()
  // What the first seconds brought counts for them only.
  for (let second = 0; second < 12; second++) {
    advance(1000)
    trickling.send(new Uint8Array(2 * KIB))
    steady.send(new Uint8Array(70 * KIB))
    await settle()
  }
  const fast = slowBody(new Uint8Array(MIB))
  fast.end()
  expect((await room.read(fast.stream, LIMIT)).bytes.byteLength).toBe(MIB)
  await expect(refused).rejects.toMatchObject({ reason: 'upload-too-slow' })
  expect(trickling.isCancelled).toBe(true)
  steady.end()
  expect((await kept).bytes.byteLength).toBe(MIB + 12 * 70 * KIB)
})

test('as long as there is room nobody is hurried, and one that stands still makes way when there is none', async () => {
  const { room, advance } = openRoom(2 * MIB)
  const still = slowBody(new Uint8Array(2 * MIB - KIB))
  const reading = room.read(still.stream, LIMIT)
  reading.catch(() => {})
  await settle()
  advance(4999)
  await expect(room.read(slowBody(new Uint8Array(MIB)).stream, LIMIT)).rejects.toMatchObject(REFUSED)
  advance(600_000)
  const next = slowBody(new Uint8Array(MIB))
  next.end()
  await room.read(next.stream, LIMIT)
  await expect(reading).rejects.toMatchObject({ reason: 'upload-too-slow' })
})

test('readBody() refuses a declared length past the limit unread, and reads what there is', async () => {
  const post = (body: string, length: number) =>
    new Request('http://a/', { method: 'POST', body, headers: { 'content-length': String(length) } })
  const services = { bodyRoom: new BodyRoom(MIB, () => 0) }
  const read = (request: Request) => readBody(services, request, { bytes: LIMIT.bytes, refusal: tooLarge })
  await expect(read(post('x', LIMIT.bytes + 1))).rejects.toMatchObject({
    reason: 'limit-exceeded',
  })
  expect(Buffer.from((await read(post('hello', 5))).bytes).toString()).toBe('hello')
  expect((await read(new Request('http://a/'))).bytes.byteLength).toBe(0)
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
  const unsaid = new Request('http://a/', { method: 'POST', body: slowBody().stream })
  expect(mayBeLarge(unsaid)).toBe(true)
  expect(mayBeLarge(new Request('http://a/'))).toBe(false)
})
