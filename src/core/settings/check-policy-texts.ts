import { Refusal } from '../refusal.ts'
import { type JsonObject, type JsonValue, parseStrictJson, StrictJsonError } from '../strict-json.ts'

/** ECR's bound for a lifecycle policy (ecr.md 2.1). */
const LIFECYCLE_POLICY_CHARS = 30_720
const TAG_RULES_CHARS = 10_240

/**
 * A lifecycle policy, in ECR's format or our own: an object with a list of rules.
 *
 * @throws {Refusal} `parameter-invalid`
 */
export function checkLifecyclePolicy(text: string): void {
  if (text.length > LIFECYCLE_POLICY_CHARS) {
    throw invalid(`a lifecycle policy has at most ${LIFECYCLE_POLICY_CHARS} characters, not ${text.length}`)
  }
  if (!Array.isArray(parseObject(text).rules)) throw invalid('a lifecycle policy has a list of rules')
}

/** @throws {Refusal} `parameter-invalid` */
export function checkTagRules(rules: Readonly<Record<string, unknown>>): void {
  const { length } = JSON.stringify(rules)
  if (length > TAG_RULES_CHARS) throw invalid(`tag rules have at most ${TAG_RULES_CHARS} characters, not ${length}`)
}

function parseObject(text: string): JsonObject {
  const value = parse(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  throw invalid('a lifecycle policy is an object of JSON')
}

function parse(text: string): JsonValue {
  try {
    return parseStrictJson(new TextEncoder().encode(text))
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error
    throw invalid(`a lifecycle policy is JSON: ${error.message}`)
  }
}

function invalid(problem: string): Refusal {
  return new Refusal('parameter-invalid', `Invalid setting: ${problem}.`)
}
