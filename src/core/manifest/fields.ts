import { quote } from '../digest.ts'
import { Refusal } from '../refusal.ts'
import type { JsonObject, JsonValue } from '../strict-json.ts'

/** Longer than any media type (RFC 6838 section 4.2 allows 127 and 127). */
const LONGEST_TYPE = 255

/** @param field where it is, as a person would write it: `layers[3].size` */
export function manifestInvalid(field: string, expected: string, found?: JsonValue): Refusal {
  const got = found === undefined ? '' : `, got ${quote(JSON.stringify(found).slice(0, 100))}`
  return new Refusal('manifest-invalid', `invalid manifest: ${field} must be ${expected}${got}`, { field })
}

/**
 * Go's JSON takes a key in any case for the field, and the last one wins: `Layers` beside `layers` would be other layers
 * to a Go client than to everybody else. Unknown keys are fine.
 *
 * @param names the fields of such an object, as the specification spells them
 * @param field where the object is, with a dot at its end; empty for the whole
 */
export function refuseOtherSpellings(object: JsonObject, names: FieldNames, field: string): void {
  for (const key of Object.keys(object)) {
    if (names.exact.has(key)) continue
    const meant = names.byFolded.get(folded(key))
    if (meant !== undefined) throw manifestInvalid(`${field}${key.slice(0, 100)}`, `spelled ${meant}, or absent`)
  }
}

export interface FieldNames {
  readonly exact: ReadonlySet<string>
  readonly byFolded: ReadonlyMap<string, string>
}

export function fieldNames(...names: readonly string[]): FieldNames {
  return { exact: new Set(names), byFolded: new Map(names.map((name) => [folded(name), name])) }
}

/** As Go folds: `ſ` is an s and the Kelvin sign a k. */
function folded(key: string): string {
  return key.toUpperCase().toLowerCase()
}

/** Go writes an empty list or map that was never made as `null`, so null counts as absent. */
export function isAbsent(value: JsonValue | undefined): value is null | undefined {
  return value === undefined || value === null
}

export function parseObjectField(value: JsonValue | undefined, field: string): JsonObject {
  if (isObject(value)) return value
  throw manifestInvalid(field, 'a JSON object', value)
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function parseListField(value: JsonValue | undefined, field: string): readonly JsonValue[] {
  if (value === null) return []
  if (isList(value)) return value
  throw manifestInvalid(field, 'a list', value)
}

export function parseTextField(value: JsonValue | undefined, field: string): string | undefined {
  if (isAbsent(value)) return undefined
  if (typeof value === 'string') return value
  throw manifestInvalid(field, 'text', value)
}

/** Media types and artifact types: they end up in headers, logs and columns. */
export function parseTypeField(value: JsonValue | undefined, field: string): string | undefined {
  const text = parseTextField(value, field)
  if (text === undefined || (text.length <= LONGEST_TYPE && /^[\x21-\x7e]*$/.test(text))) return text
  throw manifestInvalid(field, `a media type: at most ${LONGEST_TYPE} printable ASCII characters without spaces`, text)
}

export function parseAnnotations(
  value: JsonValue | undefined,
  field: string,
): Readonly<Record<string, string>> | undefined {
  if (isAbsent(value)) return undefined
  const annotations = parseObjectField(value, field)
  for (const key in annotations) {
    const text = annotations[key]
    if (typeof text !== 'string') throw manifestInvalid(`${field}[${quote(key)}]`, 'text', text)
  }
  // Just checked: every value is text.
  return annotations as Readonly<Record<string, string>>
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}
