import type { Starred } from '../policy/starred.ts'
import { badPattern, type PatternPlace } from './pattern-place.ts'

/**
 * Reads EventBridge's wildcard: `*` for any run of characters, `\*` and `\\` for the two themselves, no two `*` in a row
 * (EventBridge user guide, "Comparison operators", read 2026-11-27).
 *
 * @throws {Refusal} `parameter-invalid`
 */
export function parseWildcard(text: string, place: PatternPlace): Starred<string> {
  const parts: string[] = []
  let part = ''
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === '\\') {
      part += escaped(text.charAt(++at), place)
    } else if (character !== '*') {
      part += character
    } else {
      if (text.charAt(at + 1) === '*') throw badPattern(place, 'must not have two * in a row')
      parts.push(part)
      part = ''
    }
  }
  const [first, ...inner] = parts
  return first === undefined
    ? { first: part, inner: [], last: undefined }
    : { first, inner: inner.filter((between) => between !== ''), last: part }
}

function escaped(character: string, place: PatternPlace): string {
  if (character === '*' || character === '\\') return character
  throw badPattern(place, 'must have \\* or \\\\ where it has a backslash')
}
