import { expect, test } from 'bun:test'
import { TransferWatch } from './transfer-watch.ts'

function requestOf(body: ReadableStream<Uint8Array> | string): Request {
  return new Request('http://127.0.0.1/', { method: 'PATCH', body, headers: { 'x-kept': 'yes' } })
}

/** A body that sends a chunk of `sizeBytes` every `everyMs`, `count` times. */
function trickle(count: number, sizeBytes: number, everyMs: number): ReadableStream<Uint8Array> {
  let sent = 0
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        await Bun.sleep(everyMs)
        if (sent === count) return controller.close()
        sent += 1
        controller.enqueue(new Uint8Array(sizeBytes))
      },
    },
    { highWaterMark: 0 },
  )
}

async function readAll(request: Request): Promise<{ sizeBytes: number; error: unknown }> {
  let sizeBytes = 0
  try {
    for await (const chunk of request.body ?? []) sizeBytes += chunk.byteLength
  } catch (error) {
    return { sizeBytes, error }
  }
  return { sizeBytes, error: undefined }
}

test('TransferWatch hands a body on unchanged and counts it', async () => {
  const watch = new TransferWatch(1000)
  const { request, receivedBytes } = watch.watch(requestOf(trickle(5, 1000, 1)))
  expect(request.headers.get('x-kept')).toBe('yes')
  expect(await readAll(request)).toEqual({ sizeBytes: 5000, error: undefined })
  expect(receivedBytes()).toBe(5000)
  expect(await watch.watch(requestOf('{"a":1}')).request.json()).toEqual({ a: 1 })
  expect([watch.active, watch.receivedBytes]).toEqual([0, 5007])
})

test('TransferWatch fails a body that stalls, after handing on what arrived', async () => {
  const watch = new TransferWatch(200)
  const startedMs = performance.now()
  const stalls = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array(10)) })
  const { sizeBytes, error } = await readAll(watch.watch(requestOf(stalls)).request)
  expect(sizeBytes).toBe(10)
  expect(error).toMatchObject({ reason: 'upload-too-slow' })
  expect(performance.now() - startedMs).toBeGreaterThan(190)
  expect(performance.now() - startedMs).toBeLessThan(1500)
  expect(watch.active).toBe(0)
})

test('TransferWatch fails a body that trickles below 1 KiB a second, not one that is slow but above it', async () => {
  const watch = new TransferWatch(300)
  const [slow, fair] = await Promise.all([
    readAll(watch.watch(requestOf(trickle(100, 1, 20))).request),
    readAll(watch.watch(requestOf(trickle(50, 200, 20))).request),
  ])
  expect(slow.error).toMatchObject({ reason: 'upload-too-slow' })
  expect(fair).toEqual({ sizeBytes: 10_000, error: undefined })
})

test('TransferWatch does not count the time that the reader takes', async () => {
  const watch = new TransferWatch(100)
  const { request } = watch.watch(requestOf(trickle(4, 10, 1)))
  let sizeBytes = 0
  for await (const chunk of request.body ?? []) {
    await Bun.sleep(80)
    sizeBytes += chunk.byteLength
  }
  expect(sizeBytes).toBe(40)
})

test('failAll() ends what is under way with the given error', async () => {
  const watch = new TransferWatch(60_000)
  const running = readAll(watch.watch(requestOf(trickle(1000, 100, 10))).request)
  await Bun.sleep(50)
  expect(watch.active).toBe(1)
  watch.failAll(new Error('stopping'))
  const { sizeBytes, error } = await running
  expect(sizeBytes).toBeGreaterThan(0)
  expect(error).toMatchObject({ message: 'stopping' })
})

test('TransferWatch passes the client’s own failure on', async () => {
  const watch = new TransferWatch(60_000)
  const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error('gone')) })
  expect((await readAll(watch.watch(requestOf(broken)).request)).error).toMatchObject({ message: 'gone' })
  expect(watch.active).toBe(0)
})
