import { expect, test } from 'bun:test'
import { Refusal } from '../../src/core/refusal.ts'
import { startEdgeServer } from './edge-server.ts'
import { sendRaw } from './raw-request.ts'

const HEAD = 'PATCH /v2/x/blobs/uploads/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n'

/** Reads the body as an upload would, and answers a refusal as the surfaces do. */
async function upload(request: Request, received: { sizeBytes: number }): Promise<Response> {
  try {
    for await (const chunk of request.body ?? []) received.sizeBytes += chunk.byteLength
    return new Response('all there')
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return new Response(error.reason, { status: error.reason === 'upload-too-slow' ? 408 : 503 })
  }
}

test('a body that trickles is answered 408, and what came of it was handed on', async () => {
  const received = { sizeBytes: 0 }
  await using edge = startEdgeServer({ transferTimeoutMs: 300, application: (request) => upload(request, received) })
  const answer = await sendRaw(edge.port, [HEAD, ...'a drop a time'.split('')], { pauseMs: 40, quietMs: 300 })
  expect(answer.status).toBe(408)
  expect(answer.text).toContain('upload-too-slow')
  expect(received.sizeBytes).toBeGreaterThan(2)
})

test('a body that stops coming is answered 408', async () => {
  const received = { sizeBytes: 0 }
  await using edge = startEdgeServer({ transferTimeoutMs: 200, application: (request) => upload(request, received) })
  expect((await sendRaw(edge.port, [HEAD, 'hello'])).status).toBe(408)
  expect(received.sizeBytes).toBe(5)
})

test('a body that needs longer than the period but keeps up is taken whole', async () => {
  const received = { sizeBytes: 0 }
  await using edge = startEdgeServer({ transferTimeoutMs: 200, application: (request) => upload(request, received) })
  const parts = Array.from({ length: 10 }, () => 'x'.repeat(100))
  const answer = await sendRaw(edge.port, [HEAD, ...parts], { pauseMs: 50 })
  expect(answer.text).toContain('all there')
  expect(received.sizeBytes).toBe(1000)
})

test('stop() lets a running request end, and takes no other', async () => {
  const edge = startEdgeServer({
    application: async () => {
      await Bun.sleep(300)
      return new Response('finished')
    },
  })
  const running = sendRaw(edge.port, 'GET /slow HTTP/1.1\r\nHost: a\r\n\r\n', { quietMs: 50 })
  await Bun.sleep(100)
  const stopped = edge.server.stop()
  await Bun.sleep(20)
  expect((await sendRaw(edge.port, 'GET /new HTTP/1.1\r\nHost: a\r\n\r\n')).status).toBeUndefined()
  expect((await running).text).toContain('finished')
  await stopped
})

test('stop() ends an upload that does not end by itself: what arrived is kept, the client is told', async () => {
  const received = { sizeBytes: 0 }
  const edge = startEdgeServer({ stopTimeoutMs: 200, application: (request) => upload(request, received) })
  const running = sendRaw(edge.port, [HEAD, 'hello'], { quietMs: 50 })
  await Bun.sleep(100)
  const startedMs = performance.now()
  await edge.server.stop()
  expect(performance.now() - startedMs).toBeLessThan(1500)
  expect((await running).status).toBe(503)
  expect(received.sizeBytes).toBe(5)
})
