import { handleManageRequest } from '../../src/api/manage/handle.ts'
import { describeApi } from '../../src/api/manage/openapi.ts'
import { type ApiDocument, checkAnswer } from './described-answers.ts'
import { requestContext } from './request-context.ts'
import { ROOT_AUTHORIZATION, type TestRegistry } from './test-registry.ts'

export interface ManageOptions {
  /** A value to send as JSON, or a text to send as it is. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Replaces the root key's Basic header; null sends none. */
  readonly authorization?: string | null
  readonly externalUrl?: string
}

export interface ManageAnswer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes, and a wrong look fails the test
  readonly json: any
}

export const MANAGE_HOST = 'registry.test:5000'

// As JSON it is what others read, and has the members that are looked at.
export const API_DOCUMENT = JSON.parse(JSON.stringify(describeApi('9.9.9'))) as ApiDocument

/** The operations that each registry has answered with success. */
const succeeded = new WeakMap<object, Set<string>>()

/** Which operations `callManage` has seen succeed at this registry. */
export function succeededOperations({ services }: TestRegistry): ReadonlySet<string> {
  return succeeded.get(services.defaultRegistry) ?? new Set()
}

/** Of an answer that does not end. */
async function firstChunk(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  const { value } = (await reader?.read()) ?? {}
  await reader?.cancel()
  return Buffer.from(value ?? []).toString()
}

/**
 * Calls an operation of the management API as the root user, as the server would, and holds what it answers against
 * the OpenAPI document.
 *
 * @param path below `/api/v1`
 * @throws {Error} for an answer that the document does not describe
 */
export async function callManage(
  registry: TestRegistry,
  method: string,
  path: string,
  options: ManageOptions = {},
): Promise<ManageAnswer> {
  const { body } = options
  const headers = new Headers(body === undefined ? {} : { 'content-type': 'application/json' })
  for (const [name, value] of Object.entries(options.headers ?? {})) headers.set(name, value)
  const authorization = options.authorization === undefined ? ROOT_AUTHORIZATION : options.authorization
  if (authorization !== null) headers.set('authorization', authorization)
  const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body)
  const request = new Request(`http://${MANAGE_HOST}/api/v1${path}`, { method, headers, body: text })
  const context = requestContext({ requestId: 'request-1', host: MANAGE_HOST })
  const aws = { version: '9.9.9', externalUrl: options.externalUrl }
  const response = await handleManageRequest(registry.services, request, context, aws)
  const isStream = response.headers.get('content-type')?.includes('event-stream') === true
  const answer = isStream ? await firstChunk(response) : await response.text()
  const isLines = isStream || response.headers.get('content-type')?.includes('jsonl') === true
  const json = answer === '' ? undefined : isLines ? answer : JSON.parse(answer)
  const { status } = response
  const contentType = response.headers.get('content-type')
  const operation = checkAnswer(API_DOCUMENT, {
    method,
    path,
    body: parsedBody(body),
    status,
    contentType,
    answer: json,
  })
  if (operation !== undefined) note(registry, operation)
  return { status, headers: response.headers, json }
}

function parsedBody(body: unknown): unknown {
  if (typeof body !== 'string') return body
  try {
    return JSON.parse(body)
  } catch {
    // Nothing that is answered with success.
    return body
  }
}

function note({ services }: TestRegistry, operation: string): void {
  const operations = succeeded.get(services.defaultRegistry) ?? new Set()
  succeeded.set(services.defaultRegistry, operations.add(operation))
}
