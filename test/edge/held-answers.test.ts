import { expect, test } from 'bun:test'
import { connect } from 'node:net'
import { eventStreamAnswer } from '../../src/api/manage/event-stream-answer.ts'
import { startEdgeServer } from './edge-server.ts'

/** An answer that says something, is silent for longer than a connection may idle, and says something more. */
function silent(pauseMs: number): Response {
  const chunks = ['first\n', 'last\n']
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const chunk = chunks.shift()
    if (chunk === undefined) return controller.close()
    if (chunks.length === 0) await Bun.sleep(pauseMs)
    controller.enqueue(Buffer.from(chunk))
  }
  return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), { headers: { connection: 'close' } })
}

test('an answer that is held open outlives the time that a connection may idle', async () => {
  await using edge = startEdgeServer({
    idleSeconds: 1,
    application: async (_request, path, context) => {
      if (path === '/held') context.holdOpen?.()
      return silent(9000)
    },
  })
  const read = (path: string) =>
    fetch(`http://127.0.0.1:${edge.port}${path}`)
      .then((response) => response.text())
      .catch(() => 'cut off')
  const [held, idle] = await Promise.all([read('/held'), read('/idle')])
  expect(held).toBe('first\nlast\n')
  // So the test above can fail.
  expect(idle).toBe('cut off')
}, 30_000)

test('a client that does not read its stream of events is cut off, and little is kept for it', async () => {
  const seen = { chunks: 0, ended: false }
  async function* chunks() {
    try {
      for (;;) {
        seen.chunks++
        yield `data: ${'x'.repeat(64 * 1024)}\n\n`
      }
    } finally {
      seen.ended = true
    }
  }
  await using edge = startEdgeServer({ application: () => eventStreamAnswer(chunks(), 1000) })
  const socket = connect(edge.port, '127.0.0.1').pause()
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  for (let waits = 0; waits < 100 && !seen.ended; waits++) await Bun.sleep(100)
  expect(seen.ended).toBe(true)
  // What the kernel keeps for a socket, and no more.
  expect(seen.chunks).toBeLessThan(500)
  // It is no mistake of ours.
  expect(edge.logged).toEqual([])
  socket.destroy()
}, 20_000)
