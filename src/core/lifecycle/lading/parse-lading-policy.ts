import { type JsonValue, parseStrictJson, StrictJsonError } from '../../strict-json.ts'
import { checkLadingPolicy } from './check-lading-policy.ts'
import { invalidPolicy } from './invalid-policy.ts'
import { MOST_LIFECYCLE_CHARS } from './lading-limits.ts'
import type { LadingPolicy } from './lading-policy.ts'
import { readLadingPolicy } from './read-lading-policy.ts'

const UTF8 = new TextEncoder()

/**
 * A policy from its JSON text.
 *
 * @throws {Refusal} `parameter-invalid`, whose message says where in the document, and what is expected there
 */
export function parseLadingPolicy(text: string): LadingPolicy {
  checkLength(text)
  return toLadingPolicy(parseJson(text))
}

/**
 * The same of a document that was parsed elsewhere, as from YAML. Its length is that of its JSON without white space.
 *
 * @throws {Refusal} `parameter-invalid`
 */
export function toLadingPolicy(document: JsonValue): LadingPolicy {
  const policy = readLadingPolicy(document)
  checkLength(JSON.stringify(policy))
  checkLadingPolicy(policy)
  return policy
}

function checkLength(text: string): void {
  if (text.length <= MOST_LIFECYCLE_CHARS) return
  throw invalidPolicy('', `expected at most ${MOST_LIFECYCLE_CHARS} characters, got ${text.length}`)
}

function parseJson(text: string): JsonValue {
  try {
    return parseStrictJson(UTF8.encode(text))
  } catch (error) {
    if (error instanceof StrictJsonError) throw invalidPolicy('', error.message)
    throw error
  }
}
