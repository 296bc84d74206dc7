import { invalidParameter } from '../../ecr/invalid-parameter.ts'
import { isJsonList, type JsonValue, parseStrictJson, StrictJsonError } from '../../strict-json.ts'
import { checkEcrRule, checkEcrRules } from './check-ecr-rules.ts'
import type { EcrLifecyclePolicy } from './ecr-policy.ts'
import { policyFailure, schemaFailure } from './policy-failure.ts'
import { readMembers } from './policy-members.ts'
import { readEcrRule } from './read-ecr-rule.ts'

const MOST_CHARS = 30_720
const MOST_RULES = 50

/**
 * Reads a lifecycle policy in ECR's format: its schema, limits and rules (ecr.md 2.1 and 2.2, V1 to V14). The least
 * length, 100 characters, is the API's to ask.
 *
 * @throws {Refusal} `parameter-invalid` in ECR's words where those are known; a rule is named by its `rulePriority`, a
 *   place by its path
 */
export function parseEcrPolicy(text: string): EcrLifecyclePolicy {
  if (text.length > MOST_CHARS) {
    throw invalidParameter('lifecyclePolicyText', `Member must have length less than or equal to ${MOST_CHARS}`)
  }
  const rules = readRules(parseJson(text)).map((rule, index) => readEcrRule(rule, `rules[${index}]`))
  for (const rule of rules) checkEcrRule(rule)
  checkEcrRules(rules)
  return { rules }
}

function parseJson(text: string): JsonValue {
  if (!text.isWellFormed()) throw unmappable('the text has half of a surrogate pair in it')
  try {
    return parseStrictJson(new TextEncoder().encode(text))
  } catch (cause) {
    if (cause instanceof StrictJsonError) throw unmappable(cause.message)
    throw cause
  }
}

function readRules(document: JsonValue): readonly JsonValue[] {
  if (typeof document !== 'object' || document === null || isJsonList(document)) throw unmappable('expected an object')
  const { rules } = document
  if (!isJsonList(rules)) throw schemaFailure('', 'object has missing required properties (["rules"]); expected a list')
  readMembers(document, '', { required: ['rules'], optional: [] })
  if (rules.length === 0) throw schemaFailure('rules', 'array is too short: must have at least 1 elements')
  if (rules.length <= MOST_RULES) return rules
  const found = `must have at most ${MOST_RULES} elements but instance has ${rules.length} elements`
  throw schemaFailure('rules', `array is too long: ${found}`)
}

function unmappable(problem: string): Error {
  return policyFailure(`Could not map policyString into LifecyclePolicy. ${capitalised(problem)}.`)
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
