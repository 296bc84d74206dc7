import { parseLifecyclePolicy } from '../lifecycle/parse-lifecycle-policy.ts'
import { Refusal } from '../refusal.ts'
import { parseTagRules } from '../tags/tag-rules.ts'

const TAG_RULES_CHARS = 10_240

/**
 * A lifecycle policy, in ECR's format or our own.
 *
 * @throws {Refusal} `parameter-invalid`
 */
export function checkLifecyclePolicy(text: string): void {
  parseLifecyclePolicy(text)
}

/** @throws {Refusal} `parameter-invalid` */
export function checkTagRules(rules: Readonly<Record<string, unknown>>): void {
  const { length } = JSON.stringify(rules)
  if (length > TAG_RULES_CHARS) {
    const problem = `tag rules have at most ${TAG_RULES_CHARS} characters, not ${length}`
    throw new Refusal('parameter-invalid', `Invalid setting: ${problem}.`)
  }
  parseTagRules(rules)
}
