import { RegistryServer, type ServerOptions } from '../../src/main/server.ts'

export interface LoggedLine {
  readonly level: string
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>> | undefined
}

export interface EdgeServer extends AsyncDisposable {
  readonly server: RegistryServer
  readonly port: number
  readonly logged: LoggedLine[]
}

/** The real server around an application of a few lines, so that the edge is all there is to test. */
export function startEdgeServer(options: Partial<ServerOptions> = {}): EdgeServer {
  const logged: LoggedLine[] = []
  const server = new RegistryServer({
    listen: { hostname: '127.0.0.1', port: 0 },
    anonymousListen: undefined,
    tls: undefined,
    trustedProxies: [],
    transferTimeoutMs: 60_000,
    stopTimeoutMs: 1000,
    application: echo,
    log: { writes: () => true, write: (level, message, fields) => void logged.push({ level, message, fields }) },
    observe: () => {},
    ...options,
  })
  const port = Number(new URL(server.addresses[0] ?? '').port)
  return { server, port, logged, [Symbol.asyncDispose]: () => server.stop() }
}

/** Says what it was asked and how long the body was; `/unread` answers without looking at the body. */
async function echo(request: Request, path: string): Promise<Response> {
  if (path === '/bug') throw new Error('a secret from the inside')
  if (path === '/missing-file') return new Response(Bun.file('/nowhere/secret-path'))
  if (path === '/unread') return new Response('nobody knows you', { status: 401 })
  if (path === '/too-large') return new Response('too large', { status: 413 })
  const body = await request.arrayBuffer()
  return Response.json({ method: request.method, path, sizeBytes: body.byteLength })
}
