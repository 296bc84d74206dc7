import { type JsonObject, type JsonValue, parseStrictJson, StrictJsonError } from '../strict-json.ts'
import { isLeaf, isObject, type Leaf, type LeafTest, onlyMember, parseLeafTest } from './leaf-test.ts'
import { badPattern, elementAt, memberAt, type PatternPlace } from './pattern-place.ts'

/** What an event has to look like, in EventBridge's pattern language, compiled. */
export interface EventPattern {
  /** Takes at most the length of the pattern times that of the values that it looks at. */
  matches(event: JsonObject): boolean
}

/** AWS's own bound. */
export const MOST_PATTERN_CHARACTERS = 2048
const DEEPEST = 20

/** @param value undefined where the event has none */
type Test = (value: JsonValue | undefined) => boolean

/**
 * Compiles a pattern of Amazon EventBridge (user guide, "Event patterns" and "Comparison operators", read 2026-11-27).
 * Members have all to match, and of an array's elements one. An event's array matches when one of its elements does.
 * Numbers are compared as numbers, however they are written.
 *
 * @throws {Refusal} `parameter-invalid`; the sentence says where, and what is expected there
 */
export function compileEventPattern(text: string): EventPattern {
  if (text.length > MOST_PATTERN_CHARACTERS) {
    throw badPattern('', `must have at most ${MOST_PATTERN_CHARACTERS} characters`)
  }
  const test = objectTest(parseJson(text), '', 1)
  return { matches: (event) => test(event) }
}

function parseJson(text: string): JsonValue {
  try {
    return parseStrictJson(Buffer.from(text))
  } catch (error) {
    if (error instanceof StrictJsonError) throw badPattern('', `must be JSON: ${error.message}`)
    throw error
  }
}

function objectTest(pattern: JsonValue, place: PatternPlace, depth: number): Test {
  if (!isObject(pattern) || Object.keys(pattern).length === 0) throw badPattern(place, 'must be an object with members')
  if (depth > DEEPEST) throw badPattern(place, `must not be deeper than ${DEEPEST} levels`)
  const tests = Object.entries(pattern).map(([name, value]) =>
    name === '$or' ? orTest(value, memberAt(place, name), depth) : memberTest(name, value, { place, depth }),
  )
  const all = (value: JsonValue | undefined) => tests.every((test) => test(value))
  // All of it has to be in the same element.
  return (value) => (Array.isArray(value) ? value.some((element) => isObject(element) && all(element)) : all(value))
}

function memberTest(
  name: string,
  pattern: JsonValue,
  { place, depth }: { readonly place: PatternPlace; readonly depth: number },
): Test {
  const at = memberAt(place, name)
  const test = Array.isArray(pattern)
    ? anyTest(pattern, at)
    : isObject(pattern)
      ? objectTest(pattern, at, depth + 1)
      : undefined
  if (test === undefined) throw badPattern(at, 'must be a list of what it may be, or an object with members')
  return (value) => test(isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined)
}

function orTest(alternatives: JsonValue, place: PatternPlace, depth: number): Test {
  if (!Array.isArray(alternatives) || alternatives.length < 2) {
    throw badPattern(place, 'must be a list of two patterns or more')
  }
  const tests = alternatives.map((each: JsonValue, index) => objectTest(each, elementAt(place, index), depth + 1))
  return (value) => tests.some((test) => test(value))
}

function anyTest(elements: readonly JsonValue[], place: PatternPlace): Test {
  if (elements.length === 0) throw badPattern(place, 'must not be an empty list')
  const tests = elements.map((element, index) => elementTest(element, elementAt(place, index)))
  return (value) => {
    const leaves = leavesOf(value)
    return tests.some((test) => test(leaves))
  }
}

type LeavesTest = (leaves: readonly Leaf[]) => boolean

/** `exists` asks for leaves, as EventBridge's does: an object in between is nothing to it. */
function elementTest(element: JsonValue, place: PatternPlace): LeavesTest {
  if (!isObject(element) || !Object.hasOwn(element, 'exists')) return someLeaf(parseLeafTest(element, place))
  const [operator, wanted] = onlyMember(element, place)
  if (typeof wanted !== 'boolean') throw badPattern(memberAt(place, operator), 'must be true or false')
  return (leaves) => leaves.length > 0 === wanted
}

function someLeaf(test: LeafTest): LeavesTest {
  return (leaves) => leaves.some(test)
}

/** Those of arrays in arrays too. */
function leavesOf(value: JsonValue | undefined): readonly Leaf[] {
  if (isLeaf(value)) return [value]
  // Array.isArray does not narrow a readonly array.
  return Array.isArray(value) ? (value as readonly JsonValue[]).flatMap(leavesOf) : []
}
