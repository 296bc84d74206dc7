import { recogniseTag } from '../tags/recognise-tag.ts'
import { type LintFinding, lintEcrPolicy, lintLadingPolicy } from './lint-policy.ts'
import type { ParsedLifecyclePolicy } from './parse-lifecycle-policy.ts'

/** What of a policy of either format is hardly meant as it is written. */
export function lintLifecyclePolicy(policy: ParsedLifecyclePolicy): LintFinding[] {
  return policy.format === 'ecr' ? lintEcrPolicy(policy.document) : lintLadingPolicy(policy.document, recogniseTag)
}
