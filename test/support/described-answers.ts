import { type Schema, Validator } from '@cfworker/json-schema'

/** What describes the API and what it takes: the document does not describe itself. */
const DOCUMENTS = /^\/(?:openapi\.json|schemas\/.*)$/

/** One call of the management API as it was made, and what was answered. */
export interface AnsweredCall {
  readonly method: string
  /** Below `/api/v1`, with its query. */
  readonly path: string
  /** What was sent as JSON, if anything. */
  readonly body?: unknown
  readonly status: number
  readonly contentType: string | null
  /** Parsed, or the text of lines and events; undefined for an empty body. */
  readonly answer: unknown
}

interface Described {
  readonly schema: Schema
}

type Content = Readonly<Record<string, Described>>

export interface DescribedOperation {
  readonly operationId: string
  readonly parameters: readonly { readonly name: string; readonly in: 'path' | 'query'; readonly required: boolean }[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

/** What of an OpenAPI document the tests look at. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>
  readonly components: { readonly schemas: { readonly Error: Schema } }
}

/**
 * Holds an answer against the document: its status is described, and what it says fits the schema of that status; of
 * a call that succeeded, what was sent is described too.
 *
 * @returns the operation that it was, if it succeeded
 * @throws {Error} that says where the two differ
 */
export function checkAnswer(document: ApiDocument, call: AnsweredCall): string | undefined {
  const url = new URL(call.path, 'http://registry.test')
  const operation = findOperation(document, call.method.toLowerCase(), url.pathname)
  const succeeded = call.status < 400
  if (!succeeded || operation === undefined) {
    // The document does not describe itself.
    if (succeeded && !DOCUMENTS.test(url.pathname)) throw differs(call, 'the document has no such operation')
    if (!succeeded) checkRefusal(document, call)
    return undefined
  }
  checkSent(operation, url, call)
  const response = operation.responses[call.status]
  if (response === undefined) throw differs(call, 'the document has no such status')
  checkContent(response.content, call)
  return operation.operationId
}

/** As OpenAPI has it, what is written out comes before what is a parameter. */
export function findOperation(document: ApiDocument, method: string, pathname: string): DescribedOperation | undefined {
  const parts = pathname.split('/')
  const parametersOf = (path: string) => path.split('{').length
  const [found] = Object.entries(document.paths)
    .filter(([path, methods]) => method in methods && fits(path.split('/'), parts))
    .toSorted(([one], [other]) => parametersOf(one) - parametersOf(other))
  return found?.[1][method]
}

function fits(template: readonly string[], parts: readonly string[]): boolean {
  const same = (one: string, index: number) => one.startsWith('{') || one === parts[index]
  return template.length === parts.length && template.every(same)
}

function checkRefusal({ components }: ApiDocument, call: AnsweredCall): void {
  checkContent({ 'application/json': { schema: components.schemas.Error } }, call)
}

function checkSent(operation: DescribedOperation, url: URL, call: AnsweredCall): void {
  const described = operation.parameters.filter((one) => one.in === 'query')
  const unknown = [...url.searchParams.keys()].filter((name) => !described.some((one) => one.name === name))
  if (unknown.length > 0) throw differs(call, `the document has no query ${unknown.join()}`)
  const missing = described.filter(({ name, required }) => required && !url.searchParams.has(name))
  if (missing.length > 0) throw differs(call, `the document requires ${missing.map(({ name }) => name).join()}`)
  const schema = operation.requestBody?.content['application/json']?.schema
  if ((schema === undefined) !== (call.body === undefined)) throw differs(call, 'a body is described, or was sent')
  if (schema !== undefined) checkValue(schema, call.body, call)
}

function checkContent(content: Content | undefined, call: AnsweredCall): void {
  if (content === undefined) {
    if (call.answer !== undefined || call.contentType !== null) throw differs(call, 'the document describes no body')
    return
  }
  const type = call.contentType?.split(';')[0] ?? ''
  const described = content[type]
  if (described === undefined) throw differs(call, `the document has no ${type}, but ${Object.keys(content)}`)
  checkValue(described.schema, call.answer, call)
  if (type === 'application/jsonl') for (const line of String(call.answer).trimEnd().split('\n')) JSON.parse(line)
}

const validators = new WeakMap<object, Validator>()

function checkValue(schema: Schema, value: unknown, call: AnsweredCall): void {
  const validator = validators.get(schema) ?? new Validator(schema, '2020-12', false)
  validators.set(schema, validator)
  const { valid, errors } = validator.validate(value)
  const said = errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`)
  if (!valid) throw differs(call, said.join('\n'))
}

function differs({ method, path, status, answer }: AnsweredCall, what: string): Error {
  return new Error(`${method} ${path} answers ${status} ${JSON.stringify(answer)}, which openapi.json denies: ${what}`)
}
