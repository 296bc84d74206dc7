import type { LadingRule } from './lading-policy.ts'

/** @param index of the rule in its policy */
export function priorityOf(rule: LadingRule, index: number): number {
  return rule.priority ?? index + 1
}

/** @param index of the rule in its policy */
export function nameOf(rule: LadingRule, index: number): string {
  return rule.name ?? `rule-${priorityOf(rule, index)}`
}
