import { connect, createServer, type Socket } from 'node:net'

/** A TCP proxy that breaks the first long answers, as a bad network would. */
export interface CuttingProxy {
  /** `127.0.0.1:port`, to be used in place of the registry's. */
  readonly host: string
  /** How many connections it has cut. */
  cuts(): number
  /** The `Range` header values of all requests that went through, in order. */
  ranges(): readonly string[]
  close(): void
}

export interface CuttingOptions {
  /** `127.0.0.1:port` of the registry. */
  readonly target: string
  /** A connection is cut when so many bytes of answers went through it. */
  readonly cutAfterBytes: number
  /** How many connections are cut; later ones are left alone. */
  readonly cuts: number
}

/** Starts the proxy on a free port of the loopback interface. */
export async function startCuttingProxy(options: CuttingOptions): Promise<CuttingProxy> {
  let cuts = 0
  const ranges: string[] = []
  const server = createServer((client) => {
    const upstream = connectTo(options.target)
    let passedBytes = 0
    client.on('data', (chunk: Buffer) => ranges.push(...rangesIn(chunk)))
    upstream.on('data', (chunk: Buffer) => {
      passedBytes += chunk.byteLength
      if (passedBytes < options.cutAfterBytes || cuts >= options.cuts) return
      cuts += 1
      // An orderly end in the middle of a body, as a proxy gives that loses its upstream.
      upstream.unpipe(client)
      client.end()
      upstream.destroy()
    })
    join(client, upstream)
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  const host = `127.0.0.1:${address.port}`
  return { host, cuts: () => cuts, ranges: () => ranges, close: () => server.close() }
}

function connectTo(target: string): Socket {
  const [host, port] = target.split(':')
  return connect(Number(port), host)
}

/** Passes bytes both ways; when one side ends or breaks, so does the other. */
function join(client: Socket, upstream: Socket): void {
  client.pipe(upstream)
  upstream.pipe(client)
  client.on('error', () => upstream.destroy())
  upstream.on('error', () => client.destroy())
  client.on('close', () => upstream.destroy())
  // Ended and not destroyed: what the client has not read yet is still to reach it.
  upstream.on('close', () => client.end())
}

// A request's head fits one packet on the loopback interface.
function rangesIn(chunk: Buffer): string[] {
  return [...chunk.toString('latin1').matchAll(/^range: (.*)\r$/gim)].flatMap((match) => match[1] ?? [])
}
