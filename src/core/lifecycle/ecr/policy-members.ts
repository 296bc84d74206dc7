import { isStorableText } from '../../storable-text.ts'
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../../strict-json.ts'
import { schemaFailure, shown } from './policy-failure.ts'

export interface Members {
  readonly required: readonly string[]
  readonly optional: readonly string[]
}

/** @throws {Refusal} unless it is an object with all that is required and nothing that is unknown */
export function readMembers(value: JsonValue | undefined, where: string, { required, optional }: Members): JsonObject {
  if (!isJsonObject(value)) throw wrongType(value, where, 'object')
  const missing = required.filter((name) => !Object.hasOwn(value, name)).toSorted()
  if (missing.length > 0) throw schemaFailure(where, `object has missing required properties (${list(missing)})`)
  const unknown = Object.keys(value).filter((name) => !required.includes(name) && !optional.includes(name))
  if (unknown.length === 0) return value
  const names = list(unknown.slice(0, 3).map(shown))
  throw schemaFailure(where, `object instance has properties which are not allowed by the schema: (${names})`)
}

export function readChoice<Value extends string>(
  value: JsonValue | undefined,
  where: string,
  values: readonly Value[],
): Value {
  const known = values.find((candidate) => candidate === value)
  if (known !== undefined) return known
  throw schemaFailure(where, `instance value (${shown(value)}) not found in enum :(possible values: ${list(values)})`)
}

/** A whole number of at least 1. */
export function readCount(value: JsonValue | undefined, where: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(value, where, 'integer')
  if (value >= 1) return value
  throw schemaFailure(where, `numeric instance is lower than the required minimum (minimum: 1, found: ${value})`)
}

export function readText(value: JsonValue | undefined, where: string): string {
  if (typeof value !== 'string') throw wrongType(value, where, 'string')
  if (isStorableText(value)) return value
  throw schemaFailure(where, 'instance must be well-formed Unicode without NUL')
}

/** Texts that are not empty, in a list that may be. */
export function readTexts(value: JsonValue | undefined, where: string): readonly string[] {
  if (!isJsonList(value)) throw wrongType(value, where, 'array')
  return value.map((element, index) => {
    const text = readText(element, `${where}[${index}]`)
    if (text !== '') return text
    throw schemaFailure(`${where}[${index}]`, 'string is too short (length: 0, required minimum: 1)')
  })
}

function wrongType(value: JsonValue | undefined, where: string, allowed: string): Error {
  const type = value === null ? 'null' : isJsonList(value) ? 'array' : typeof value
  return schemaFailure(
    where,
    `instance type (${type}) does not match any allowed primitive type (allowed: ["${allowed}"])`,
  )
}

/** As the schema check writes lists: `["any", "tagged"]`. */
function list(names: readonly string[]): string {
  return `[${names.map((name) => JSON.stringify(name)).join(', ')}]`
}
