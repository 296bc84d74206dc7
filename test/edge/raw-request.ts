import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  /** Of the first response; undefined when the connection was closed without one. */
  readonly status: number | undefined
  readonly text: string
  readonly isClosed: boolean
}

/**
 * Sends bytes as they are, which no HTTP client would do, and reads until the server closes or has been quiet for
 * `quietMs`. Parts are sent one after the other with `pauseMs` between them.
 */
export async function sendRaw(
  port: number,
  parts: string | readonly string[],
  { quietMs = 150, pauseMs = 20 }: { quietMs?: number; pauseMs?: number } = {},
): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1')
  const reading = readUntilQuiet(socket, quietMs)
  for (const part of typeof parts === 'string' ? [parts] : parts) {
    if (socket.destroyed) break
    socket.write(part, 'latin1')
    await Bun.sleep(pauseMs)
  }
  return await reading
}

async function readUntilQuiet(socket: Socket, quietMs: number): Promise<RawAnswer> {
  const { promise, resolve } = Promise.withResolvers<RawAnswer>()
  let text = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  const finish = (isClosed: boolean) => {
    clearTimeout(timer)
    socket.destroy()
    const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]
    resolve({ status: status === undefined ? undefined : Number(status), text, isClosed })
  }
  socket.on('data', (data) => {
    text += data.toString('latin1')
    clearTimeout(timer)
    // A 100 Continue is not the answer yet.
    if (!/^HTTP\/1\.1 100 [^\r]*\r\n\r\n$/.test(text)) timer = setTimeout(() => finish(false), quietMs)
  })
  socket.on('close', () => finish(true))
  socket.on('error', () => finish(true))
  return await promise
}
