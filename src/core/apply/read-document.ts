import type { JsonValue } from '../strict-json.ts'
import { API_VERSION, APPLY_KINDS, NAMES } from './apply-kind.ts'
import type { Declared } from './declared.ts'
import { type Place, unexpected } from './place.ts'
import { READ_SPEC } from './read-spec.ts'
import { choiceOf, Members } from './read-value.ts'

/**
 * Reads one document of `lading apply`: `{apiVersion: lading/v1, kind, metadata: {name}, spec}`, as
 * docs/schemas/apply-v1.json has it.
 *
 * @throws {Refusal} `parameter-invalid`; the message says where and what is expected, `detail.path` where as a list
 */
export function readDocument(document: JsonValue): Declared {
  const members = new Members({ value: document, path: [] }, ['apiVersion', 'kind', 'metadata', 'spec'])
  members.required('apiVersion', choiceOf([API_VERSION]))
  const kind = members.required('kind', choiceOf(APPLY_KINDS))
  const metadata = members.required('metadata', (place) => new Members(place, ['name']))
  const name = metadata.required('name', (place) => readName(place, kind))
  const spec = members.has('spec') ? members.place('spec') : { value: {}, path: ['spec'] }
  return { kind, name, parts: new Map(READ_SPEC[kind](spec)) }
}

function readName(place: Place, kind: Declared['kind']): string {
  const { pattern, longest, expected } = NAMES[kind]
  const { value } = place
  if (typeof value === 'string' && value.length <= longest && pattern.test(value)) return value
  throw unexpected(place, expected)
}
