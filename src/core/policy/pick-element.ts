import type { JsonObject, JsonValue } from '../strict-json.ts'
import { malformedPolicy } from './malformed-policy.ts'

export interface PickedElement {
  readonly name: string
  readonly isNegated: boolean
  readonly value: JsonValue
}

/**
 * The one that is there of an element and its negation, such as `Action` and `NotAction`; undefined if neither is.
 *
 * @throws {Refusal} `policy-malformed` if both are
 */
export function pickElement(statement: JsonObject, name: string, where: string): PickedElement | undefined {
  const negation = `Not${name}`
  const value = statement[name]
  const negated = statement[negation]
  if (value !== undefined && negated !== undefined) {
    throw malformedPolicy(where, `expected either ${name} or ${negation}, got both`)
  }
  if (value !== undefined) return { name, isNegated: false, value }
  return negated === undefined ? undefined : { name: negation, isNegated: true, value: negated }
}
