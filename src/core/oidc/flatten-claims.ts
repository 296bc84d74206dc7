import { isStorableText } from '../storable-text.ts'
import type { JsonObject, JsonValue } from '../strict-json.ts'
import { tokenRejected } from './refusals.ts'

/** One text, or the texts of a list. */
export type ClaimValue = string | readonly string[]
/** By the names as they are in the token, no two of which differ only in case. */
export type Claims = ReadonlyMap<string, ClaimValue>

const MOST_CLAIMS = 200
/** Names and values together: nested names repeat those above them, so a small token could make megabytes. */
const MOST_CHARACTERS = 40_000
const MOST_VALUES = 200
const MOST_LEVELS = 8

/**
 * What a token says, as texts under names that policies can ask for: numbers and booleans in JSON's spelling, members of
 * objects under the names of both with `/` between (`kubernetes.io/pod/name`), lists of those as several values. What is
 * null is as if it were not there. Lists that hold objects or lists have no such form and are left out.
 *
 * Nothing is cut short: a policy that denies what is not among the claims would then allow it.
 *
 * @throws {Refusal} `identity-token-rejected` when there is too much of it, when two names differ only in case, as
 *   policies do not tell them apart, or when a text cannot be stored
 */
export function flattenClaims(claims: JsonObject): Claims {
  const flattener = new Flattener()
  flattener.addObject('', claims, 1)
  return flattener.claims
}

class Flattener {
  readonly claims = new Map<string, ClaimValue>()
  readonly #lowerCaseNames = new Set<string>()
  #characters = 0

  addObject(prefix: string, object: JsonObject, level: number): void {
    if (level > MOST_LEVELS)
      throw tokenRejected(`The identity token's claims are nested deeper than ${MOST_LEVELS} levels.`)
    for (const [name, value] of Object.entries(object)) {
      if (isObject(value)) this.addObject(`${prefix}${name}/`, value, level + 1)
      else this.#add(prefix + name, flatValueOf(value))
    }
  }

  #add(name: string, value: ClaimValue | undefined): void {
    if (value === undefined) return
    const lowerCaseName = name.toLowerCase()
    if (this.#lowerCaseNames.has(lowerCaseName)) {
      throw tokenRejected(
        'The identity token has two claims whose names differ only in case or in how they are nested.',
      )
    }
    this.#count(name, value)
    this.#lowerCaseNames.add(lowerCaseName)
    this.claims.set(name, value)
  }

  #count(name: string, value: ClaimValue): void {
    const texts = typeof value === 'string' ? [name, value] : [name, ...value]
    if (!texts.every(isStorableText)) throw tokenRejected('The identity token has a claim with a NUL character in it.')
    for (const text of texts) this.#characters += text.length
    if (this.claims.size >= MOST_CLAIMS || this.#characters > MOST_CHARACTERS || texts.length > MOST_VALUES + 1) {
      throw tokenRejected(
        `The identity token has more than ${MOST_CLAIMS} claims, ${MOST_VALUES} values in one, or ${MOST_CHARACTERS} characters.`,
      )
    }
  }
}

function flatValueOf(value: JsonValue): ClaimValue | undefined {
  if (value === null) return undefined
  if (!Array.isArray(value)) return String(value)
  const texts = value.filter((member) => member !== null)
  return texts.some((member) => typeof member === 'object') ? undefined : texts.map(String)
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
