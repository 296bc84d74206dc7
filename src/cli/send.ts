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
  const signal = AbortSignal.timeout(LIMIT_MS)
  try {
    return await answerOf(await fetchOnce(url, message, { certificates, signal }))
  } catch (error) {
    throw unreachable(url, error)
  }
}

/**
 * The same for an answer of any size: one that is good is handed on as it comes, however long that takes; any other is
 * read as `send` does.
 */
export async function sendForStream(
  url: string,
  message: Message,
  certificates: string | undefined,
): Promise<Answer & { readonly body: ReadableStream<Uint8Array> | undefined }> {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(new Error('it took too long to answer')), LIMIT_MS)
  try {
    const response = await fetchOnce(url, message, { certificates, signal: abort.signal })
    if (response.ok && response.body !== null) return { status: response.status, json: undefined, body: response.body }
    return { ...(await answerOf(response)), body: undefined }
  } catch (error) {
    throw unreachable(url, error)
  } finally {
    clearTimeout(timer)
  }
}

async function fetchOnce(
  url: string,
  { method, headers, body }: Message,
  { certificates, signal }: { readonly certificates: string | undefined; readonly signal: AbortSignal },
): Promise<Response> {
  const tls = certificates === undefined ? {} : { tls: { ca: await readCertificates(certificates) } }
  return await fetch(url, { method, headers, body: body ?? null, redirect: 'manual', signal, ...tls })
}

async function answerOf(response: Response): Promise<Answer> {
  return { status: response.status, json: parseJson(await readBounded(response)) }
}

function unreachable(url: string, error: unknown): CliProblem {
  if (error instanceof CliProblem) return error
  const reason = reasonOf(error).replace(/\.$/, '')
  return new CliProblem(`${new URL(url).origin} cannot be reached: ${reason}.`, { cause: error })
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
