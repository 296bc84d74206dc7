import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { InstallationKeys } from '../../src/services/identity/installation-keys.ts'
import { AUTHORIZATION, freshSettings, type LadingProcess, startLading } from '../process/lading-process.ts'
import { type Answer, exchange } from './raw-exchange.ts'

export interface Ask {
  readonly method?: string
  readonly target: string
  /** Beside Host, Authorization and, with a body, Content-Length; null takes one of those away. */
  readonly headers?: Readonly<Record<string, string | null>>
  readonly body?: string | Uint8Array
  readonly pauseMs?: number
  readonly awaitClose?: number
  /** The address of the anonymous listener instead of the main one. */
  readonly anonymous?: boolean
}

const KEY_BYTES = Buffer.alloc(32, 3)
const INSTALLATION_KEY = KEY_BYTES.toString('base64url')
/** What the server signs with, for those who try to do as it does. */
export const OUR_KEYS = new InstallationKeys([KEY_BYTES])

/** A real server in a process of its own, asked through raw sockets. */
export class HostileServer implements AsyncDisposable {
  readonly process: LadingProcess
  readonly settings: Record<string, string>

  constructor(process: LadingProcess, settings: Record<string, string>) {
    this.process = process
    this.settings = settings
  }

  get port(): number {
    return portOf(this.process.addresses[0])
  }

  get anonymousPort(): number {
    return portOf(this.process.addresses[1])
  }

  async ask(ask: Ask): Promise<Answer> {
    const { pauseMs, awaitClose, anonymous } = ask
    return await exchange(anonymous === true ? this.anonymousPort : this.port, rawRequest(ask), {
      head: ask.method === 'HEAD',
      ...(pauseMs === undefined ? {} : { pauseMs }),
      ...(awaitClose === undefined ? {} : { awaitClose }),
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]()
    await rm(dirname(this.settings.LADING_DATA ?? ''), { recursive: true, force: true })
  }
}

export async function startHostileServer(more: Record<string, string> = {}): Promise<HostileServer> {
  const fixed = { LADING_ANONYMOUS_LISTEN: '127.0.0.1:0', LADING_INSTALLATION_KEY: INSTALLATION_KEY }
  const settings = { ...(await freshSettings()), ...fixed, ...more }
  const process = await startLading(settings)
  if (process.addresses.length !== 2) throw new Error(`the server did not start: ${process.stderr()}`)
  return new HostileServer(process, settings)
}

/** One request as its bytes: nothing in it is normalised. Text is sent as Latin-1. */
export function rawRequest({ method = 'GET', target, headers = {}, body }: Ask): (string | Uint8Array)[] {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const all: Record<string, string | null> = {
    Host: '127.0.0.1',
    Authorization: AUTHORIZATION,
    ...(bytes === undefined ? {} : { 'Content-Length': String(bytes.byteLength) }),
    ...headers,
  }
  const lines = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}\r\n`]))
  const head = `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`
  return bytes === undefined ? [head] : [head, bytes]
}

function portOf(address: string | undefined): number {
  return Number(new URL(address ?? '').port)
}
