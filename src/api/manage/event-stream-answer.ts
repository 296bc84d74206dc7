import { MANAGE_HEADERS } from './errors.ts'

/** Whoever takes nothing for so long is not listening. */
const SLOWEST_MS = 30_000

/**
 * Server-sent events (HTML standard, 9.2). The next chunk is made when the one before was taken; a reader that does not
 * take it in time is cut off, and goes on from where it was when it comes again.
 *
 * @throws what making the first chunk throws
 */
export async function eventStreamAnswer(chunks: AsyncIterator<string>, slowestMs = SLOWEST_MS): Promise<Response> {
  let next: IteratorResult<string> | undefined = await chunks.next()
  let timer: ReturnType<typeof setTimeout> | undefined
  const end = async () => {
    clearTimeout(timer)
    await chunks.return?.()
  }
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    clearTimeout(timer)
    const chunk: IteratorResult<string> = next ?? (await chunks.next())
    next = undefined
    if (chunk.done === true) return controller.close()
    controller.enqueue(Buffer.from(chunk.value))
    timer = setTimeout(() => {
      controller.error(new Error('a reader of events did not read'))
      void end()
    }, slowestMs)
  }
  const headers = {
    ...MANAGE_HEADERS,
    'Content-Type': 'text/event-stream; charset=utf-8',
    // It is held open for an hour, and nobody is to get it as an ordinary one afterwards.
    Connection: 'close',
    // nginx would keep events back until it has many.
    'X-Accel-Buffering': 'no',
  }
  return new Response(new ReadableStream({ pull, cancel: end }, { highWaterMark: 0 }), { headers })
}
