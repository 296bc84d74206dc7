import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP } from 'node:net'
import type { FencedTarget } from './fence.ts'
import { FenceError, NOT_REACHED } from './fence-error.ts'

export interface Connection {
  /** The address to connect to; nothing is resolved any more. */
  readonly address: string
  /** PEM of all authorities that are trusted; undefined for those that come with the runtime. */
  readonly ca: readonly string[] | undefined
  /** Ends the exchange wherever it stands. */
  readonly signal: AbortSignal
}

interface Message {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
}

const ACCEPTED = { accept: 'application/json, application/jwk-set+json' }

/**
 * One GET on a connection of its own. The certificate is checked against the host's name although an address is
 * connected to; no proxy of the environment is used, which `fetch` does.
 *
 * @throws {FenceError}
 */
export async function getSmall(target: FencedTarget, connection: Connection, mostBytes: number): Promise<Uint8Array> {
  const { signal } = connection
  const response = await exchange(target, connection, { method: 'GET', headers: ACCEPTED })
  try {
    checkHead(response, mostBytes)
    const body = await readBody(response, mostBytes)
    // On Bun 1.4.5 a body that ends because its request was destroyed ends like a whole one.
    if (signal.aborted) throw tooSlow(target)
    return body
  } catch (cause) {
    throw signal.aborted ? tooSlow(target) : asFenceError(target, cause)
  } finally {
    response.destroy()
  }
}

/**
 * One POST in the same way, of which the status says everything: what comes after the head is not read.
 *
 * @throws {FenceError}
 */
export async function postSmall(target: FencedTarget, connection: Connection, message: Message): Promise<Answer> {
  const { headers, body } = message
  const sized = { ...headers, 'content-length': String(body.byteLength) }
  const response = await exchange(target, connection, { method: 'POST', headers: sized, body })
  response.on('error', () => {})
  response.destroy()
  return { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] }
}

interface Asked extends Pick<Message, 'headers'> {
  readonly method: 'GET' | 'POST'
  readonly body?: Uint8Array
}

function exchange(
  target: FencedTarget,
  { address, ca, signal }: Connection,
  { method, headers, body }: Asked,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (target.secure ? requestHttps : requestHttp)({
      host: address,
      port: target.port,
      path: target.path,
      method,
      agent: false,
      headers: {
        ...headers,
        host: target.host,
        'accept-encoding': 'identity',
        'user-agent': 'lading',
        connection: 'close',
      },
      // Said here, so that NODE_TLS_REJECT_UNAUTHORIZED cannot say otherwise.
      ...(target.secure && { rejectUnauthorized: true }),
      // A literal address is checked against the certificate as such.
      ...(target.secure && isIP(target.hostname) === 0 && { servername: target.hostname }),
      ...(ca !== undefined && { ca: [...ca] }),
    })
    const abort = () => {
      reject(tooSlow(target))
      request.destroy()
    }
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    request.on('response', resolve)
    request.on('error', (cause) => reject(asFenceError(target, cause)))
    request.end(body)
  })
}

function checkHead({ statusCode, headers }: IncomingMessage, mostBytes: number): void {
  if (statusCode !== 200) {
    const redirect = statusCode !== undefined && statusCode >= 300 && statusCode < 400
    const reason = redirect
      ? 'host answered with a redirect, which is not followed'
      : 'host did not answer with status 200'
    throw new FenceError(reason, `status ${statusCode}`)
  }
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') throw new FenceError('host compressed its answer', encoding)
  const type = headers['content-type'] ?? 'application/json'
  if (!/json|^text\/plain|^application\/octet-stream/.test(type.slice(0, 200))) {
    throw new FenceError('host did not answer with JSON', type.slice(0, 200))
  }
  if (Number(headers['content-length'] ?? 0) > mostBytes) throw tooLarge(mostBytes)
}

async function readBody(response: IncomingMessage, mostBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of response) {
    sizeBytes += chunk.length
    if (sizeBytes > mostBytes) throw tooLarge(mostBytes)
    chunks.push(chunk)
  }
  if (!response.complete) throw new FenceError('host broke its answer off', `after ${sizeBytes} bytes`)
  return Buffer.concat(chunks)
}

function asFenceError({ host }: FencedTarget, cause: unknown): FenceError {
  if (cause instanceof FenceError) return cause
  const code = String((cause as { code?: unknown } | undefined)?.code ?? '')
  const aboutCertificate = /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(code)
  const reason = aboutCertificate ? 'host has no certificate that is trusted here' : NOT_REACHED
  return new FenceError(reason, host, { cause })
}

function tooSlow({ host }: FencedTarget): FenceError {
  return new FenceError('host did not answer in time', host)
}

function tooLarge(mostBytes: number): FenceError {
  return new FenceError(`host answered with more than ${mostBytes} bytes`, 'cut off')
}
