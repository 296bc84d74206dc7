import { expect, test } from 'bun:test'
import { AnswerRoom } from './answer-room.ts'

const KIB = 1024

function openRoom(capacityBytes: number) {
  let nowMs = 0
  const room = new AnswerRoom(capacityBytes, () => nowMs)
  return { room, advance: (ms: number) => (nowMs += ms) }
}

const filled = (sizeBytes: number) => new Uint8Array(sizeBytes).map((_, index) => index % 251)

test('an answer is the bytes, in parts, and holds its room until the last is read', async () => {
  const { room } = openRoom(1000 * KIB)
  const bytes = filled(200 * KIB + 7)
  const stream = room.stream(bytes)
  expect(room.heldBytes).toBe(bytes.byteLength)
  expect(new Uint8Array(await new Response(stream).arrayBuffer())).toEqual(bytes)
  expect(room.heldBytes).toBe(0)
})

test('an answer that is cancelled holds nothing', async () => {
  const { room } = openRoom(1000 * KIB)
  const reader = room.stream(filled(500 * KIB)).getReader()
  await reader.read()
  await reader.cancel()
  await room.stream(filled(900 * KIB)).cancel()
  expect(room.heldBytes).toBe(0)
})

test('where the room is full the next is refused, and those that stand still for ten seconds make way', async () => {
  const { room, advance } = openRoom(1000 * KIB)
  const still = room.stream(filled(400 * KIB)).getReader()
  const reading = room.stream(filled(400 * KIB)).getReader()
  await still.read()
  advance(9000)
  await reading.read()
  expect(() => room.stream(filled(400 * KIB))).toThrow(expect.objectContaining({ reason: 'too-many-requests' }))
  advance(1000)
  const next = room.stream(filled(400 * KIB))
  expect(room.heldBytes).toBe(800 * KIB)
  await expect(still.read()).rejects.toThrow('made way')
  expect((await reading.read()).done).toBe(false)
  await next.cancel()
  await reading.cancel()
  expect(room.heldBytes).toBe(0)
})

test('what tells of something done is let in where there is no room, and counted', async () => {
  const { room } = openRoom(100 * KIB)
  const held = room.stream(filled(90 * KIB))
  expect(() => room.stream(filled(80 * KIB))).toThrow('Too many large answers')
  const owed = room.stream(filled(80 * KIB), true)
  expect(room.heldBytes).toBe(170 * KIB)
  expect((await new Response(owed).arrayBuffer()).byteLength).toBe(80 * KIB)
  await held.cancel()
  expect(room.heldBytes).toBe(0)
})
