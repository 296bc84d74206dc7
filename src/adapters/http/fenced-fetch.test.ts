import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { AddressInfo } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import { gzipSync } from 'node:zlib'
import { refusalFrom } from '../../../test/support/refusal-of.ts'
import { makeTlsAuthority, type ServerCertificate, type TlsAuthority } from '../../../test/support/tls-authority.ts'
import type { Refusal } from '../../core/refusal.ts'
import { FencedFetch, type FencedFetchOptions } from './fenced-fetch.ts'

/** What the raw server does with a connection once it has read a request. */
type Behaviour = (socket: TLSSocket, request: string) => void

const JSON_HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n'
const answerWith = (body: string | Buffer, head = JSON_HEAD): Behaviour => {
  const bytes = Buffer.from(body)
  return (socket) => socket.end(Buffer.concat([Buffer.from(`${head}Content-Length: ${bytes.length}\r\n\r\n`), bytes]))
}

describe.skipIf(Bun.which('openssl') === null)('FencedFetch, against a TLS server (certificates by openssl)', () => {
  let authority: TlsAuthority
  let certificate: ServerCertificate

  beforeAll(async () => {
    authority = await makeTlsAuthority()
    certificate = await authority.issue('DNS:issuer.test')
  })
  afterAll(() => authority[Symbol.asyncDispose]())

  async function serve(behaviour: Behaviour, tls: ServerCertificate = certificate) {
    const seen: { requests: string[]; names: unknown[]; closed: number } = { requests: [], names: [], closed: 0 }
    const server = createServer(tls, (socket) => {
      seen.names.push(socket.servername)
      socket.on('error', () => {})
      socket.on('close', () => seen.closed++)
      socket.once('data', (bytes) => {
        seen.requests.push(bytes.toString())
        behaviour(socket, bytes.toString())
      })
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    // A listening TCP server has such an address.
    const { port } = server.address() as AddressInfo
    return { port, seen, [Symbol.dispose]: () => void server.close() }
  }

  function fetcher(port: number, options: FencedFetchOptions = {}): FencedFetch {
    const resolve = async () => ['127.0.0.1']
    return new FencedFetch({ allowedHosts: [`issuer.test:${port}`], ca: authority.certificate, resolve, ...options })
  }

  async function refusalOf(promise: Promise<unknown>): Promise<Refusal> {
    const refusal = await refusalFrom(promise)
    expect(refusal.reason).toBe('identity-provider-unreachable')
    return refusal
  }

  test('it gets a document from the address that was looked at, under the name of the host', async () => {
    using server = await serve(answerWith('{"a":1}'))
    const asked: string[] = []
    const resolve = async (name: string) => {
      asked.push(name)
      // Nothing else knows this name, and a second answer would be another: it is asked for once.
      return asked.length === 1 ? ['127.0.0.1'] : ['192.0.2.1']
    }
    const bytes = await fetcher(server.port, { resolve }).get(`https://issuer.test:${server.port}/keys?a=b`)
    expect(Buffer.from(bytes).toString()).toBe('{"a":1}')
    expect(asked).toEqual(['issuer.test'])
    expect(server.seen.requests[0]).toStartWith('GET /keys?a=b HTTP/1.1\r\n')
    expect(server.seen.requests[0]?.toLowerCase()).toContain(`\r\nhost: issuer.test:${server.port}\r\n`)
    expect(server.seen.requests[0]?.toLowerCase()).toContain('\r\naccept-encoding: identity\r\n')
    expect(server.seen.names).toEqual(['issuer.test'])
  })

  test('an address that does not answer gives way to the next one', async () => {
    using server = await serve(answerWith('{}'))
    const resolve = async () => ['::1', '127.0.0.2', '127.0.0.1']
    const bytes = await fetcher(server.port, { resolve }).get(`https://issuer.test:${server.port}/`)
    expect(bytes.length).toBe(2)
  })

  test('a name with a private address is refused before a connection is made, whatever else it has', async () => {
    using server = await serve(answerWith('{}'))
    for (const addresses of [['127.0.0.1'], ['8.8.8.8', '127.0.0.1'], ['::ffff:127.0.0.1'], ['169.254.169.254'], []]) {
      const fenced = new FencedFetch({ ca: authority.certificate, resolve: async () => addresses })
      const { message } = await refusalOf(fenced.get('https://issuer.test/'))
      expect(message).toBe("The identity provider's host has no public address.")
    }
    const ofTheSystem = await refusalOf(new FencedFetch().get('https://localhost/'))
    expect(ofTheSystem.message).toEndWith('host has no public address.')
    const unknown = new FencedFetch({ resolve: () => Promise.reject(new Error('ENOTFOUND')) })
    expect((await refusalOf(unknown.get('https://issuer.test/'))).message).toEndWith('host has no public address.')
    expect(server.seen.names).toEqual([])
  })

  test('a certificate for another name, and one of an unknown authority, are refused', async () => {
    using server = await serve(answerWith('{}'), await authority.issue('DNS:other.test'))
    const url = `https://issuer.test:${server.port}/`
    expect((await refusalOf(fetcher(server.port).get(url))).message).toEndWith('no certificate that is trusted here.')
    using trusted = await serve(answerWith('{}'))
    const allowedHosts = [`issuer.test:${trusted.port}`]
    const strict = new FencedFetch({ allowedHosts, resolve: async () => ['127.0.0.1'] })
    const { message } = await refusalOf(strict.get(`https://issuer.test:${trusted.port}/`))
    expect(message).toEndWith('no certificate that is trusted here.')
    expect([...server.seen.requests, ...trusted.seen.requests]).toEqual([])
  })

  test('a literal address that is allowed is checked against the certificate as an address', async () => {
    using good = await serve(answerWith('{}'), await authority.issue('IP:127.0.0.1'))
    using bad = await serve(answerWith('{}'))
    const fenced = new FencedFetch({
      allowedHosts: [`127.0.0.1:${good.port}`, `127.0.0.1:${bad.port}`],
      ca: authority.certificate,
    })
    expect((await fenced.get(`https://127.0.0.1:${good.port}/`)).length).toBe(2)
    expect((await refusalOf(fenced.get(`https://127.0.0.1:${bad.port}/`))).message).toEndWith('trusted here.')
  })

  const HOSTILE: readonly (readonly [string, Behaviour, RegExp])[] = [
    ['a redirect', answerWith('', 'HTTP/1.1 302 Found\r\nLocation: https://issuer.test/x\r\n'), /redirect/],
    ['an error', answerWith('{}', 'HTTP/1.1 500 Oh\r\nContent-Type: application/json\r\n'), /status 200/],
    ['HTML', answerWith('<html>', 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n'), /JSON/],
    ['a compressed answer', answerWith(gzipSync('{}'), `${JSON_HEAD}Content-Encoding: gzip\r\n`), /compressed/],
    ['a declared size that is too much', answerWith('x'.repeat(2000)), /more than 1000 bytes/],
    ['too much without a size', (socket) => socket.end(`${JSON_HEAD}\r\n${'x'.repeat(2000)}`), /more than 1000 bytes/],
    ['less than was declared', (socket) => socket.end(`${JSON_HEAD}Content-Length: 500\r\n\r\n{}`), /broke|reached/],
    ['nothing', () => {}, /in time/],
    ['a line that is no HTTP', (socket) => socket.end('SSH-2.0\r\n\r\n'), /reached/],
    ['a body drip by drip', (socket) => drip(socket, `${JSON_HEAD}\r\n`, 'x'), /in time/],
    ['headers drip by drip', (socket) => drip(socket, JSON_HEAD, 'A: b\r\n'), /in time/],
  ]
  test.each(HOSTILE)('%s is refused in time', async (_, behaviour, reason) => {
    using server = await serve(behaviour)
    const startedMs = performance.now()
    const fenced = fetcher(server.port, { timeoutMs: 400, mostBytes: 1000 })
    expect((await refusalOf(fenced.get(`https://issuer.test:${server.port}/`))).message).toMatch(reason)
    expect(performance.now() - startedMs).toBeLessThan(2000)
    expect(server.seen.requests.length).toBe(1)
    while (server.seen.closed < 1 && performance.now() - startedMs < 3000) await Bun.sleep(10)
    expect(server.seen.closed).toBe(1)
  })

  test('an answer that is refused is not read on', async () => {
    using server = await serve((socket) => drip(socket, 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n', 'x'))
    await refusalOf(fetcher(server.port).get(`https://issuer.test:${server.port}/`))
    for (let waits = 0; waits < 50 && server.seen.closed === 0; waits++) await Bun.sleep(20)
    expect(server.seen.closed).toBe(1)
  })

  test('headers without end are cut off', async () => {
    let sentBytes = 0
    using server = await serve((socket) => {
      const filler = `${'X-Filler: '.padEnd(8000, 'y')}\r\n`
      socket.write(JSON_HEAD)
      const more = () => {
        while (!socket.destroyed && sentBytes < 64 * 1024 * 1024) {
          sentBytes += filler.length
          if (!socket.write(filler)) return void socket.once('drain', more)
        }
      }
      more()
    })
    await refusalOf(fetcher(server.port, { timeoutMs: 2000 }).get(`https://issuer.test:${server.port}/`))
    expect(sentBytes).toBeLessThan(8 * 1024 * 1024)
  })

  test('at most so many are under way at once, and those that are over make room', async () => {
    using server = await serve(() => {})
    const fenced = fetcher(server.port, { timeoutMs: 300 })
    const url = `https://issuer.test:${server.port}/`
    const refusals = await Promise.all(Array.from({ length: 40 }, () => refusalOf(fenced.get(url))))
    expect(refusals.filter(({ message }) => message.includes('right now')).length).toBe(8)
    expect((await refusalOf(fenced.get(url))).message).toEndWith('in time.')
  })

  test('a resolver that hangs is not waited for', async () => {
    const fenced = new FencedFetch({ timeoutMs: 100, resolve: () => new Promise(() => {}) })
    expect((await refusalOf(fenced.get('https://issuer.test/'))).message).toEndWith('in time.')
  })

  test('no proxy of the environment is used', async () => {
    using server = await serve(answerWith('{"direct":true}'))
    const program = `
      const { FencedFetch } = await import(${JSON.stringify(`${import.meta.dir}/fenced-fetch.ts`)})
      const options = { allowedHosts: ['issuer.test:${server.port}'], resolve: async () => ['127.0.0.1'], ca: ${JSON.stringify(authority.certificate)} }
      console.log(Buffer.from(await new FencedFetch(options).get('https://issuer.test:${server.port}/')).toString())`
    const proxy = 'http://127.0.0.1:1'
    const child = Bun.spawn([process.execPath, '-e', program], {
      env: {
        HTTPS_PROXY: proxy,
        https_proxy: proxy,
        HTTP_PROXY: proxy,
      },
      stderr: 'inherit',
    })
    expect(await new Response(child.stdout).text()).toBe('{"direct":true}\n')
  })

  test('NODE_TLS_REJECT_UNAUTHORIZED does not let a wrong certificate pass', async () => {
    using server = await serve(answerWith('{}'))
    const program = `
      const { FencedFetch } = await import(${JSON.stringify(`${import.meta.dir}/fenced-fetch.ts`)})
      const options = { allowedHosts: ['issuer.test:${server.port}'], resolve: async () => ['127.0.0.1'] }
      await new FencedFetch(options).get('https://issuer.test:${server.port}/').then(() => console.log('got it'), (error) => console.log(error.message))`
    const child = Bun.spawn([process.execPath, '-e', program], {
      env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      stderr: 'ignore',
    })
    expect(await new Response(child.stdout).text()).toContain('no certificate that is trusted here')
  })
})

function drip(socket: TLSSocket, head: string, drop: string): void {
  socket.write(head)
  const timer = setInterval(() => {
    if (socket.destroyed) clearInterval(timer)
    else socket.write(drop)
  }, 50)
}
