import type * as z from 'zod'
import { Refusal } from '../../core/refusal.ts'
import { isStorableText } from '../../core/storable-text.ts'
import { parseStrictJson, StrictJsonError } from '../../core/strict-json.ts'
import { cut } from '../cut.ts'
import type { Input, ManageRow } from './define-operation.ts'

/** What the address and the body say, as text and bytes. */
export interface RawInput {
  readonly parameters: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly contentType: string | null
  readonly body: Uint8Array
}

const JSON_TYPE = /^application\/json(?:\s*;\s*charset="?utf-8"?)?\s*$/i
const MOST_ISSUES = 5

/** @throws {Refusal} `parameter-invalid` for what the row's schemas do not take, members that they do not know included */
export function parseInput(row: ManageRow, raw: RawInput): Input {
  return {
    parameters: check(row.parameters, raw.parameters),
    query: check(row.query, queryOf(raw.query)),
    body: parseBody(row, raw),
  }
}

function queryOf(query: URLSearchParams): Record<string, string> {
  const members: Record<string, string> = {}
  for (const [name, value] of query) {
    if (Object.hasOwn(members, name)) throw invalid(`${JSON.stringify(cut(name))} is given twice.`)
    Object.defineProperty(members, name, { value, enumerable: true })
  }
  return members
}

function parseBody({ body: schema }: ManageRow, { contentType, body }: RawInput): unknown {
  if (schema === undefined) {
    if (body.byteLength > 0) throw invalid('This operation takes no body.')
    return undefined
  }
  if (!JSON_TYPE.test(contentType ?? '')) throw invalid('The header Content-Type must be application/json.')
  return check(schema, parseJson(body))
}

function parseJson(body: Uint8Array): unknown {
  try {
    return parseStrictJson(body)
  } catch (error) {
    if (error instanceof StrictJsonError) throw invalid(`The body must be JSON: ${error.message}.`)
    throw error
  }
}

function check(schema: z.ZodType, value: unknown): unknown {
  if (!isStorable(value)) throw invalid('Texts must not hold NUL characters nor halves of surrogate pairs.')
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const { issues } = parsed.error
  const sentences = issues.slice(0, MOST_ISSUES).map(({ path, message }) => sentenceOf(path, message))
  throw invalid(sentences.join(' '))
}

function sentenceOf(path: readonly PropertyKey[], message: string): string {
  return `${path.length === 0 ? '' : `${cut(path.map(String).join('.'))}: `}${cut(message)}.`
}

/** Strict JSON refuses the halves, but not NUL; what stands in the address is refused neither. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return isStorableText(value)
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([name, member]) => isStorableText(name) && isStorable(member))
}

function invalid(message: string): Refusal {
  return new Refusal('parameter-invalid', message)
}
