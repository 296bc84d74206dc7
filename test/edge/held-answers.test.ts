import { expect, test } from 'bun:test'
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
