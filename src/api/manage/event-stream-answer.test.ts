import { expect, test } from 'bun:test'
import { eventStreamAnswer } from './event-stream-answer.ts'

test('a reader that does not read is cut off, and nothing is made for it', async () => {
  const seen = { made: 0, ended: false }
  async function* chunks() {
    try {
      for (;;) yield `id: ${++seen.made}\n\n`
    } finally {
      seen.ended = true
    }
  }
  const reader = (await eventStreamAnswer(chunks(), 50)).body?.getReader()
  await reader?.read()
  await Bun.sleep(150)
  expect(seen).toEqual({ made: 1, ended: true })
  await expect(Promise.resolve(reader?.read())).rejects.toThrow('did not read')
})
