import type { JsonValue } from '../strict-json.ts'
import { tagPart } from './declared.ts'
import { invalidAt, type Place } from './place.ts'
import { readObject, textLike } from './read-value.ts'

const MOST_TAGS = 50
const KEY = /^(?![aA][wW][sS]:)[^\0\ud800-\udfff]{1,128}$/u
const readTagValue = textLike(/^[^\0\ud800-\udfff]{0,256}$/u, 'a text of at most 256 characters')

/** Tags of a resource, as `key: value`; of keys that differ in case alone `checkDeclared` knows. */
export function readTags(place: Place): [string, JsonValue][] {
  const entries = Object.entries(readObject(place))
  if (entries.length > MOST_TAGS)
    throw invalidAt(place.path, `expected at most ${MOST_TAGS} tags, got ${entries.length}`)
  return entries.map(([key, value]) => {
    const path = [...place.path, key]
    if (!KEY.test(key)) throw invalidAt(path, 'a key has 1 to 128 characters and does not begin with aws:')
    return [tagPart(key), readTagValue({ value, path })]
  })
}
