import { connect } from 'node:net'

export interface Answer {
  /** 0 when the connection ended without an answer. */
  readonly status: number
  /** By lower-case name; of a name that came twice, the last. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
  /** The first error's code, of an OCI or an AWS error. */
  readonly code: string | undefined
  readonly isClosed: boolean
}

const LIMIT_MS = 15_000

/**
 * Sends bytes as they are, which no HTTP client would do, and reads one final answer.
 *
 * @param options.pauseMs between the parts; `awaitClose` waits that long whether the server closes after its answer
 */
export async function exchange(
  port: number,
  parts: readonly (string | Uint8Array)[],
  options: { pauseMs?: number; head?: boolean; awaitClose?: number } = {},
): Promise<Answer> {
  const socket = connect(port, '127.0.0.1')
  let received = Buffer.alloc(0)
  let isClosed = false
  let wake = () => {}
  const ends = () => {
    isClosed = true
    wake()
  }
  socket.on('data', (data: Buffer) => {
    received = Buffer.concat([received, data])
    wake()
  })
  socket.on('close', ends)
  socket.on('error', ends)
  const deadlineMs = Date.now() + LIMIT_MS
  const writing = write(socket, parts, options.pauseMs ?? 0)
  try {
    for (;;) {
      const answer = parseAnswer(received, options.head === true, isClosed)
      if (answer !== undefined) {
        const until = Date.now() + (options.awaitClose ?? 0)
        while (!isClosed && Date.now() < until) await Bun.sleep(5)
        return { ...answer, isClosed }
      }
      if (isClosed) return { status: 0, headers: new Map(), body: '', code: undefined, isClosed }
      if (Date.now() > deadlineMs)
        throw new Error(`no answer within ${LIMIT_MS} ms, only ${received.toString('latin1')}`)
      const woken = Promise.withResolvers<void>()
      wake = woken.resolve
      await Promise.race([woken.promise, Bun.sleep(100)])
    }
  } finally {
    socket.destroy()
    await writing
  }
}

async function write(
  socket: ReturnType<typeof connect>,
  parts: readonly (string | Uint8Array)[],
  pauseMs: number,
): Promise<void> {
  for (const part of parts) {
    if (socket.destroyed) return
    socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part)
    if (pauseMs > 0) await Bun.sleep(pauseMs)
  }
}

/** @returns undefined while it is not whole */
function parseAnswer(received: Buffer, head: boolean, isClosed: boolean): Omit<Answer, 'isClosed'> | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [first = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n')
  const status = Number(first.split(' ')[1])
  const rest = received.subarray(end + 4)
  if (status === 100) return parseAnswer(rest, head, isClosed)
  const headers = new Map(lines.map((line) => splitHeader(line)))
  const body = head || status === 204 || status === 304 ? '' : bodyOf(rest, headers, isClosed)
  return body === undefined ? undefined : { status, headers, body, code: codeOf(body) }
}

function splitHeader(line: string): [string, string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
}

function bodyOf(rest: Buffer, headers: ReadonlyMap<string, string>, isClosed: boolean): string | undefined {
  const length = headers.get('content-length')
  if (length !== undefined) {
    return rest.length >= Number(length) ? rest.subarray(0, Number(length)).toString('latin1') : undefined
  }
  if (headers.get('transfer-encoding') === 'chunked') {
    return rest.includes('\r\n0\r\n\r\n') || rest.indexOf('0\r\n\r\n') === 0 ? rest.toString('latin1') : undefined
  }
  return isClosed ? rest.toString('latin1') : undefined
}

function codeOf(body: string): string | undefined {
  try {
    const json: { errors?: [{ code: string }]; __type?: string } = JSON.parse(body)
    return json.errors?.[0].code ?? json.__type
  } catch {
    return undefined
  }
}
