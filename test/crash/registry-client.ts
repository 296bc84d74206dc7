import { createHash } from 'node:crypto'
import { RIG_AUTHORIZATION } from './server-process.ts'

const TIMEOUT_MS = 60_000

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array
}

/** No answer came: the server was killed, so what was asked may or may not have happened. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered'
}

/** What the rig says to a registry: plain requests, with nothing retried and nothing followed. */
export class RegistryClient {
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  /** @throws {Unanswered} */
  async send(
    method: string,
    path: string,
    options: { body?: Uint8Array | string; type?: string } = {},
  ): Promise<Answer> {
    try {
      const response = await fetch(path.startsWith('http') ? path : `${this.url}${path}`, {
        method,
        headers: {
          authorization: RIG_AUTHORIZATION,
          ...(options.type === undefined ? {} : { 'content-type': options.type }),
        },
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(options.body === undefined ? {} : { body: new Uint8Array(Buffer.from(options.body)) }),
      })
      return { status: response.status, headers: response.headers, bytes: await response.bytes() }
    } catch (error) {
      throw new Unanswered(`${method} ${path}`, { cause: error })
    }
  }
}

export function sha256(content: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

export function textOf(answer: Answer): string {
  return new TextDecoder().decode(answer.bytes).slice(0, 300)
}
