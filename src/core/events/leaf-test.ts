import { isInRange, parseIpAddress, parseIpRange } from '../ip-address.ts'
import { matchesTexts } from '../policy/glob-chunks.ts'
import type { JsonObject, JsonValue } from '../strict-json.ts'
import { parseNumericRange } from './numeric-range.ts'
import { badPattern, elementAt, memberAt, type PatternPlace } from './pattern-place.ts'
import { parseWildcard } from './wildcard.ts'

/** A value of an event that has nothing below it. */
export type Leaf = string | number | boolean | null
export type LeafTest = (leaf: Leaf) => boolean

export function isLeaf(value: JsonValue | undefined): value is Leaf {
  return value !== undefined && (value === null || typeof value !== 'object')
}

const OPERATORS: Readonly<Record<string, (value: JsonValue, place: PatternPlace) => LeafTest>> = {
  prefix: (value, place) => edgeTest(value, place, (text, wanted) => text.startsWith(wanted)),
  suffix: (value, place) => edgeTest(value, place, (text, wanted) => text.endsWith(wanted)),
  'equals-ignore-case': (value, place) => ignoringCase(textAt(value, place), (text, wanted) => text === wanted),
  wildcard: wildcardTest,
  numeric: (value, place) => {
    const isWithin = parseNumericRange(value, place)
    return (leaf) => typeof leaf === 'number' && isWithin(leaf)
  },
  cidr: (value, place) => {
    const range = parseIpRange(textAt(value, place))
    if (range === undefined) throw badPattern(place, 'must be a range of addresses, such as 10.0.0.0/24')
    return onText((text) => {
      const address = parseIpAddress(text)
      return address !== undefined && isInRange(address, range)
    })
  },
  'anything-but': anythingBut,
}

const KNOWN = [...Object.keys(OPERATORS), 'exists'].join(', ')

/**
 * Reads one element of a pattern's array: a value, or an object with one operator other than `exists`.
 *
 * @throws {Refusal} `parameter-invalid`
 */
export function parseLeafTest(element: JsonValue, place: PatternPlace): LeafTest {
  if (isLeaf(element)) return (leaf) => leaf === element
  const [operator, value] = onlyMember(element, place)
  const read = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined
  if (read === undefined) throw badPattern(memberAt(place, operator), `is no operator: there are ${KNOWN}`)
  return read(value, memberAt(place, operator))
}

/** @throws {Refusal} `parameter-invalid` unless it is an object with one member */
export function onlyMember(value: JsonValue, place: PatternPlace): [name: string, value: JsonValue] {
  const [first, ...more] = isObject(value) ? Object.entries(value) : []
  if (first !== undefined && more.length === 0) return first
  throw badPattern(place, 'must be a text, a number, true, false, null, or an object with one operator')
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `prefix` and `suffix`: a text, or `{"equals-ignore-case": text}`. */
function edgeTest(value: JsonValue, place: PatternPlace, compare: (text: string, wanted: string) => boolean): LeafTest {
  if (typeof value === 'string') return onText((text) => compare(text, value))
  const [operator, wanted] = isObject(value) ? onlyMember(value, place) : []
  if (operator !== 'equals-ignore-case' || wanted === undefined) {
    throw badPattern(place, 'must be a text, or an object with equals-ignore-case')
  }
  return ignoringCase(textAt(wanted, memberAt(place, operator)), compare)
}

function ignoringCase(wanted: string, compare: (text: string, wanted: string) => boolean): LeafTest {
  const lowered = wanted.toLowerCase()
  return onText((text) => compare(text.toLowerCase(), lowered))
}

function wildcardTest(value: JsonValue, place: PatternPlace): LeafTest {
  const wildcard = parseWildcard(textAt(value, place), place)
  return onText((text) => matchesTexts(wildcard, text))
}

/** `anything-but` of these takes one text or a list of them. */
const BUT_OPERATORS: ReadonlySet<string> = new Set(['prefix', 'suffix', 'equals-ignore-case', 'wildcard'])

function anythingBut(value: JsonValue, place: PatternPlace): LeafTest {
  const tests = isObject(value) ? operatorsToAvoid(value, place) : valuesToAvoid(value, place)
  return (leaf) => !tests.some((test) => test(leaf))
}

function valuesToAvoid(value: JsonValue, place: PatternPlace): LeafTest[] {
  const values = listOf(value, place)
  const fits = values.every((each) => typeof each === 'string') || values.every((each) => typeof each === 'number')
  if (!fits) throw badPattern(place, 'must be a text or a number, a list of texts or of numbers, or an operator')
  return values.map((each) => (leaf: Leaf) => leaf === each)
}

function operatorsToAvoid(value: JsonValue, place: PatternPlace): LeafTest[] {
  const [operator, wanted] = onlyMember(value, place)
  const at = memberAt(place, operator)
  if (!BUT_OPERATORS.has(operator)) {
    throw badPattern(at, `is no operator of anything-but: there are ${[...BUT_OPERATORS].join(', ')}`)
  }
  return listOf(wanted, at).map((each, index) => parseLeafTest({ [operator]: each }, elementAt(at, index)))
}

function listOf(value: JsonValue, place: PatternPlace): readonly JsonValue[] {
  // Array.isArray does not narrow a readonly array.
  const values = Array.isArray(value) ? (value as readonly JsonValue[]) : [value]
  if (values.length === 0) throw badPattern(place, 'must not be an empty list')
  return values
}

function textAt(value: JsonValue, place: PatternPlace): string {
  if (typeof value !== 'string') throw badPattern(place, 'must be a text')
  return value
}

function onText(test: (text: string) => boolean): LeafTest {
  return (leaf) => typeof leaf === 'string' && test(leaf)
}
