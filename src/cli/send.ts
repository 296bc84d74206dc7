import { readFile } from 'node:fs/promises'
import { CliProblem, reasonOf } from './cli-problem.ts'

const LIMIT_MS = 30_000
const MOST_BYTES = 16 * 1024 * 1024

export interface Message {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

export interface Answer {
  readonly status: number
  /** Undefined for a body that is not JSON. */
  readonly json: unknown
}

/** Sends one request and reads the whole answer. Never follows a redirect: it would carry the credential elsewhere. */
export async function send(url: string, message: Message, certificates: string | undefined): Promise<Answer> {
  const tls = certificates === undefined ? {} : { tls: { ca: await readCertificates(certificates) } }
  try {
    const response = await fetch(url, {
      method: message.method,
      headers: message.headers,
      body: message.body ?? null,
      redirect: 'manual',
      signal: AbortSignal.timeout(LIMIT_MS),
      ...tls,
    })
    return { status: response.status, json: parseJson(await readBounded(response)) }
  } catch (error) {
    if (error instanceof CliProblem) throw error
    throw new CliProblem(`${new URL(url).origin} cannot be reached: ${reasonOf(error).replace(/\.$/, '')}.`, {
      cause: error,
    })
  }
}

/** @throws {CliProblem} */
export async function readCertificates(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new CliProblem(`AWS_CA_BUNDLE names ${path}, which cannot be read: ${reasonOf(error)}.`, { cause: error })
  }
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > MOST_BYTES)
      throw new CliProblem(`${new URL(response.url).origin} sent an answer that does not end.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
