import { recogniseTag } from '../tags/recognise-tag.ts'
import { convertEcrPolicy } from './convert-ecr-policy.ts'
import type { EcrLifecyclePolicy } from './ecr/ecr-policy.ts'
import type { KindOf } from './lading/compile-tag-term.ts'
import type { LadingPolicy } from './lading/lading-policy.ts'
import { judgeEffect } from './lint/judge-effect.ts'
import { judgeOrder } from './lint/judge-order.ts'
import { judgeChildren, judgeList, judgePushedClock } from './lint/judge-traps.ts'
import { judgeWhole } from './lint/judge-whole.ts'
import { judgeWindows } from './lint/judge-windows.ts'
import { type JudgedRule, toJudgedRule } from './lint/judged-rule.ts'
import type { LintFinding } from './lint/lint-finding.ts'
import { TagLogic } from './lint/tag-logic.ts'

import type { ParsedLifecyclePolicy } from './parse-lifecycle-policy.ts'

const NOT_COMPARED: LintFinding = {
  severity: 'warning',
  rule: undefined,
  code: 'not-compared',
  message: 'The policy is too large for all of its rules to be compared: some that never decide may not be named.',
}

/** What of a policy of either format is hardly meant as it is written, as `lintLadingPolicy` says it. */
export function lintLifecyclePolicy(policy: ParsedLifecyclePolicy): LintFinding[] {
  return policy.format === 'ecr' ? lintEcrPolicy(policy.document) : lintLadingPolicy(policy.document, recogniseTag)
}

/**
 * What of a policy is hardly meant as it is written. Nothing of it keeps a policy from being stored.
 *
 * A rule that is said to do nothing does nothing, whatever the repository holds. Not all such rules are found: globs and
 * version ranges are compared exactly, regular expressions by their text alone, and a rule that several others cover
 * together only if each covers its tagged or its untagged images, or those of one storage class.
 *
 * @param policy as `parseLadingPolicy` gave it
 * @returns by rule, in their order; then what is to be said of the policy
 */
export function lintLadingPolicy(policy: LadingPolicy, kindOf: KindOf): LintFinding[] {
  return lint(policy, { kindOf, isEcr: false })
}

/**
 * The same of a policy in ECR's format, whose lists of patterns are looked at too.
 *
 * @param policy as `parseEcrPolicy` gave it
 */
export function lintEcrPolicy(policy: EcrLifecyclePolicy): LintFinding[] {
  return lint(convertEcrPolicy(policy), { kindOf: () => 'none', isEcr: true })
}

function lint(policy: LadingPolicy, { kindOf, isEcr }: { kindOf: KindOf; isEcr: boolean }): LintFinding[] {
  const logic = new TagLogic(kindOf)
  const rules = policy.rules.map(toJudgedRule)
  const judge = (rule: JudgedRule, index: number): LintFinding[] => [
    ...judgeEffect(logic, rule),
    ...judgeOrder(logic, rule, rules.slice(0, index)),
    ...(isEcr ? judgeList(logic, rule) : []),
    ...judgeWindows(rule),
    ...judgePushedClock(logic, rule),
    ...(policy.unit === 'manifest' ? judgeChildren(logic, rule) : []),
  ]
  const findings = [...rules.flatMap(judge), ...judgeWhole(logic, rules)]
  return logic.isExhausted ? [...findings, NOT_COMPARED] : findings
}
