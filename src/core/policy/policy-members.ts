import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../strict-json.ts'
import { malformedPolicy, shown } from './malformed-policy.ts'

/** @throws {Refusal} `policy-malformed` if it is no object, or has members that are not known */
export function readObject(value: JsonValue | undefined, where: string, known?: readonly string[]): JsonObject {
  if (!isJsonObject(value)) throw malformedPolicy(where, `expected an object, got ${shown(value)}`)
  const unknown = known && Object.keys(value).find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw malformedPolicy(where, `there is no element ${shown(unknown)}; expected one of ${known?.join(', ')}`)
  }
  return value
}

/** One text, or a list of at least one. */
export function readTexts(value: JsonValue | undefined, where: string): readonly string[] {
  return listOf(value, where).map((text, index) => {
    if (typeof text === 'string' && text !== '') return text
    throw malformedPolicy(`${where}[${index}]`, `expected a text that is not empty, got ${shown(text)}`)
  })
}

/** One value, or a list of at least one. */
export function listOf(value: JsonValue | undefined, where: string): readonly JsonValue[] {
  if (value === undefined) throw malformedPolicy(where, 'expected a value, or a list of values')
  const list = isJsonList(value) ? value : [value]
  if (list.length === 0) throw malformedPolicy(where, 'expected at least one value in the list')
  return list
}
