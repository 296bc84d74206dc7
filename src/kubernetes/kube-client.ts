import { KubeRefusal } from './kube-refusal.ts'
import { readLines } from './read-lines.ts'

/** A request that has not been answered by then counts as failed; watches last as long as they are asked to. */
const ANSWER_TIMEOUT_MS = 30_000
/** A page of 500 names and labels is some hundred kilobytes; what is longer is not what was asked for. */
const LONGEST_ANSWER_BYTES = 8 * 1024 * 1024

/** Where a cluster's API is, and what opens it. */
export interface KubeApiOptions {
  /** `https://10.96.0.1:443`, without a path. */
  readonly url: string
  /** A token, or the file with one that is changed before it expires, as the kubelet does it for a pod. */
  readonly credential: { readonly token: string } | { readonly tokenFile: string }
  /** The certificates to trust instead of the machine's, as PEM text. */
  readonly ca?: string
}

interface KubeRequest {
  readonly path: string
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** The few requests to a Kubernetes API that a controller needs; no more than HTTP and JSON. */
export class KubeClient {
  readonly #options: KubeApiOptions

  constructor(options: KubeApiOptions) {
    this.#options = options
  }

  /**
   * One request and its answer.
   *
   * @returns the parsed answer, which is the API's own and has to be looked at before it is trusted
   * @throws {KubeRefusal} for every status that is not a success
   * @throws {Error} when the API cannot be reached, or what it answers is no JSON or too long
   */
  async ask(request: KubeRequest): Promise<unknown> {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)])
    const response = await this.#send({ ...request, signal })
    const text = await readWhole(response)
    if (!response.ok) throw KubeRefusal.of(response.status, text)
    return JSON.parse(text)
  }

  /**
   * One watch: the lines of an answer that goes on for as long as the path asks for.
   *
   * @throws {KubeRefusal} when it is refused at once; otherwise like `ask`
   */
  async *watch(path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): AsyncGenerator<unknown> {
    const response = await this.#send({ path, method: 'GET', headers, signal })
    if (!response.ok) throw KubeRefusal.of(response.status, await readWhole(response))
    for await (const line of readLines(response)) yield JSON.parse(line)
  }

  async #send({ path, method, body, headers, signal }: KubeRequest): Promise<Response> {
    const { url, ca } = this.#options
    return await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${await this.#readToken()}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(ca === undefined ? {} : { tls: { ca } }),
      // Whoever answers for the API may not send its token elsewhere.
      redirect: 'error',
      signal,
    })
  }

  async #readToken(): Promise<string> {
    const { credential } = this.#options
    return 'token' in credential ? credential.token : (await Bun.file(credential.tokenFile).text()).trim()
  }
}

async function readWhole(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let [text, sizeBytes] = ['', 0]
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > LONGEST_ANSWER_BYTES) throw new Error(`the answer is longer than ${LONGEST_ANSWER_BYTES} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
