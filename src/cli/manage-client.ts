import { CliProblem } from './cli-problem.ts'
import { displayable } from './displayable.ts'
import { memberOf, textOf } from './members.ts'
import { type Answer, type Message, send, sendForStream } from './send.ts'
import type { Session } from './session.ts'

export interface ManageRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'
  /** Below `/api/v1`; whatever somebody gave in it is encoded. */
  readonly path: string
  readonly body?: unknown
}

/** A "no" of the server's. */
export class ManageProblem extends CliProblem {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Speaks to a server's management API. */
export class ManageClient {
  readonly #session: Session
  readonly #certificates: string | undefined

  constructor(session: Session, certificates: string | undefined) {
    this.#session = session
    this.#certificates = certificates
  }

  /** @returns what it answered; undefined for nothing. @throws {CliProblem} with the server's sentence */
  async call(request: ManageRequest): Promise<unknown> {
    const first = await this.#send(request, await this.#session.uncheckedPassword())
    // The server may have forgotten what the cache remembers.
    const answer = first.status === 401 ? await this.#send(request, await this.#session.renewedPassword()) : first
    if (answer.status >= 200 && answer.status < 300) return answer.json
    throw problemOf(answer, this.#session.endpoint)
  }

  /** The same of what may not be there. @returns undefined then */
  async find(path: string): Promise<unknown> {
    try {
      return await this.call({ method: 'GET', path })
    } catch (error) {
      if (error instanceof ManageProblem && error.status === 404) return undefined
      throw error
    }
  }

  /** The same for an answer of any size, whose bytes are given as they come. */
  async stream(path: string): Promise<ReadableStream<Uint8Array>> {
    const ask = async (password: string) => {
      const { url, message } = this.#message({ method: 'GET', path }, password)
      return await sendForStream(url, message, this.#certificates)
    }
    const first = await ask(await this.#session.uncheckedPassword())
    const answer = first.status === 401 ? await ask(await this.#session.renewedPassword()) : first
    if (answer.body !== undefined) return answer.body
    throw problemOf(answer, this.#session.endpoint)
  }

  async #send(request: ManageRequest, password: string): Promise<Answer> {
    const { url, message } = this.#message(request, password)
    return await send(url, message, this.#certificates)
  }

  #message({ method, path, body }: ManageRequest, password: string): { url: string; message: Message } {
    const headers: Record<string, string> = { authorization: `Basic ${btoa(`AWS:${password}`)}` }
    if (body !== undefined) headers['content-type'] = 'application/json'
    const url = `${this.#session.endpoint}/api/v1${path}`
    const text = body === undefined ? undefined : JSON.stringify(body)
    return { url, message: { method, headers, body: text } }
  }
}

function problemOf({ status, json }: Answer, endpoint: string): CliProblem {
  const message = textOf(memberOf(json, 'error'), 'message')
  if (message === undefined) {
    return new CliProblem(`${endpoint} has no management API that this version knows (status ${status}).`)
  }
  return new ManageProblem(status, displayable(message))
}
