import { invalidPolicy } from './invalid-policy.ts'
import { MOST_REGEX_SIZE_OF_POLICY, MOST_REGEXES } from './lading-limits.ts'
import type { LadingPolicy, LadingRule } from './lading-policy.ts'
import { compileLinearRegex, LinearRegexError } from './linear-regex.ts'
import { nameOf } from './rule-defaults.ts'
import { regexesOf, toImageTerm, toTagTerm } from './tag-term.ts'

/**
 * What no JSON Schema can say of a policy: that names differ and priorities ascend, and that its regular expressions
 * are such, and not too costly.
 *
 * @throws {Refusal} `parameter-invalid`
 */
export function checkLadingPolicy(policy: LadingPolicy): void {
  checkPriorities(policy.rules)
  checkNames(policy.rules)
  checkRegexes(policy.rules)
}

function checkPriorities(rules: readonly LadingRule[]): void {
  const isNumbered = rules.some((rule) => rule.priority !== undefined)
  if (!isNumbered) return
  let last = 0
  for (const [index, { priority }] of rules.entries()) {
    if (priority === undefined) throw invalidPolicy(`rules[${index}]`, 'expected a priority, as another rule has one')
    if (priority <= last) {
      throw invalidPolicy(
        `rules[${index}].priority`,
        `expected more than the rule before has, ${last}, got ${priority}`,
      )
    }
    last = priority
  }
}

function checkNames(rules: readonly LadingRule[]): void {
  const seen = new Set<string>()
  for (const [index, rule] of rules.entries()) {
    const name = nameOf(rule, index)
    if (seen.has(name)) {
      throw invalidPolicy(`rules[${index}].name`, `expected a name that no other rule has, got "${name}"`)
    }
    seen.add(name)
  }
}

/** The same one at two places is compiled, and counted, twice. */
function checkRegexes(rules: readonly LadingRule[]): void {
  const found = rules.flatMap(({ select, tag }, index) => [
    ...(select.tags === undefined ? [] : placed(regexesOf(toImageTerm(select.tags)), `rules[${index}].select.tags`)),
    ...(tag === undefined ? [] : placed(regexesOf(toTagTerm(tag)), `rules[${index}].tag`)),
  ])
  if (found.length > MOST_REGEXES) {
    throw invalidPolicy('', `expected at most ${MOST_REGEXES} regular expressions, got ${found.length}`)
  }
  const size = found.reduce((sum, { regex, where }) => sum + sizeOf(regex, where), 0)
  if (size <= MOST_REGEX_SIZE_OF_POLICY) return
  throw invalidPolicy(
    '',
    `expected regular expressions of at most ${MOST_REGEX_SIZE_OF_POLICY} instructions together, got ${size}`,
  )
}

function placed(regexes: readonly string[], where: string): readonly { regex: string; where: string }[] {
  return regexes.map((regex) => ({ regex, where }))
}

function sizeOf(regex: string, where: string): number {
  try {
    return compileLinearRegex(regex).size
  } catch (error) {
    if (error instanceof LinearRegexError) throw invalidPolicy(where, error.message)
    throw error
  }
}
