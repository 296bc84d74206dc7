import type { JsonValue } from '../strict-json.ts'
import { badPattern, type PatternPlace } from './pattern-place.ts'

type Bound = (number: number) => boolean

const LOWER: Readonly<Record<string, (than: number) => Bound>> = {
  '>': (than) => (number) => number > than,
  '>=': (than) => (number) => number >= than,
}
const UPPER: Readonly<Record<string, (than: number) => Bound>> = {
  '<': (than) => (number) => number < than,
  '<=': (than) => (number) => number <= than,
}
/** As EventBridge has it. */
const MOST = 5e9
const EXPECTED = 'must be like ["=", 5], [">", 0] or [">", 0, "<=", 5], with numbers from -5e9 to 5e9'

/**
 * Reads the value of `numeric`: one comparison, or a lower and then an upper bound.
 *
 * @throws {Refusal} `parameter-invalid`
 */
export function parseNumericRange(value: JsonValue, place: PatternPlace): Bound {
  // Array.isArray does not narrow a readonly array.
  const parts = Array.isArray(value) ? (value as readonly JsonValue[]) : []
  const [operator, number, upperOperator, upperNumber] = parts
  const first = numberIn(number, place)
  if (parts.length === 2) return single(String(operator), first, place)
  if (parts.length !== 4) throw badPattern(place, EXPECTED)
  const last = numberIn(upperNumber, place)
  const isAbove = boundOf(LOWER, operator)?.(first)
  const isBelow = boundOf(UPPER, upperOperator)?.(last)
  if (isAbove === undefined || isBelow === undefined) throw badPattern(place, EXPECTED)
  if (first >= last) throw badPattern(place, 'must have a lower bound that is below the upper one')
  return (tested) => isAbove(tested) && isBelow(tested)
}

function single(operator: string, number: number, place: PatternPlace): Bound {
  if (operator === '=') return (tested) => tested === number
  const bound = boundOf(LOWER, operator) ?? boundOf(UPPER, operator)
  if (bound === undefined) throw badPattern(place, EXPECTED)
  return bound(number)
}

function boundOf(bounds: typeof LOWER, operator: JsonValue | undefined): ((than: number) => Bound) | undefined {
  return typeof operator === 'string' && Object.hasOwn(bounds, operator) ? bounds[operator] : undefined
}

function numberIn(value: JsonValue | undefined, place: PatternPlace): number {
  if (typeof value === 'number' && Math.abs(value) <= MOST) return value
  throw badPattern(place, EXPECTED)
}
