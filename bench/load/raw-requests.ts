import type { Socket } from 'bun'
import type { Target } from './job.ts'

const HEAD_END = '\r\n\r\n'

/** HEAD requests, one outstanding on each of `connections`, for `seconds`; resolves to how many were answered 200. */
export async function countHeads(target: Target, path: string, connections: number, seconds: number): Promise<number> {
  const request = requestText('HEAD', target, path, 'keep-alive')
  const deadline = performance.now() + seconds * 1000
  let answered = 0
  const one = () =>
    new Promise<void>((resolve, reject) => {
      let pending = ''
      const fail = (why: string) => reject(new Error(`HEAD ${path}: ${why}`))
      connect(target, {
        open: (socket) => socket.write(request),
        close: () => fail('connection closed'),
        data(socket, chunk) {
          pending += chunk.toString('latin1')
          if (!pending.endsWith(HEAD_END)) return
          if (!pending.startsWith('HTTP/1.1 200')) return fail(pending)
          pending = ''
          answered += 1
          if (performance.now() < deadline) return socket.write(request)
          resolve()
          socket.end()
        },
      })
    })
  await Promise.all(Array.from({ length: connections }, one))
  return answered
}

/** One GET read from the socket as fast as it comes, and dropped; resolves to the number of body bytes. */
export async function download(target: Target, path: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  let header = ''
  let expected = Number.POSITIVE_INFINITY
  let received = 0
  connect(target, {
    open: (socket) => socket.write(requestText('GET', target, path, 'keep-alive')),
    close: () => reject(new Error(`GET ${path}: closed after ${received} of ${expected} bytes`)),
    data(socket, chunk) {
      if (expected !== Number.POSITIVE_INFINITY) {
        received += chunk.length
      } else {
        header += chunk.toString('latin1')
        const end = header.indexOf(HEAD_END)
        if (end < 0) return
        if (!header.startsWith('HTTP/1.1 200')) return reject(new Error(`GET ${path}: ${header.slice(0, end)}`))
        expected = Number(header.match(/^content-length: *(\d+)/im)?.[1])
        received = header.length - end - HEAD_END.length
      }
      if (received < expected) return
      resolve(received)
      socket.end()
    },
  })
  return promise
}

interface Handlers {
  open(socket: Socket): void
  data(socket: Socket, chunk: Buffer): void
  close(): void
}

function connect(target: Target, handlers: Handlers): void {
  const { hostname, port } = new URL(target.baseUrl)
  void Bun.connect({ hostname, port: Number(port), socket: handlers })
}

function requestText(method: string, target: Target, path: string, connection: string): string {
  const authorization = target.authorization ? `Authorization: ${target.authorization}\r\n` : ''
  const accept = 'Accept: application/vnd.oci.image.manifest.v1+json, */*'
  const host = new URL(target.baseUrl).host
  return `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${authorization}${accept}\r\nConnection: ${connection}\r\n\r\n`
}
