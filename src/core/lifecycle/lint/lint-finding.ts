import type { JudgedRule } from './judged-rule.ts'

/** `error`: the rule does nothing, or everything; `warning`: it may do what is not meant. */
export interface LintFinding {
  readonly severity: 'error' | 'warning'
  /** The priority of the rule; undefined for the policy as a whole. */
  readonly rule: number | undefined
  readonly code: LintCode
  /** Whole sentences that name no rule but others. */
  readonly message: string
}

export type LintCode =
  | 'dead-rule' // whatever it selects is decided before
  | 'shadowed-rule' // whatever it hits is hit before
  | 'never-selects'
  | 'never-hits'
  | 'list-is-and' // a list that no single tag fits, which reads like a choice
  | 'expires-everything'
  | 'empties-repository' // where nothing is pushed for a while
  | 'wrong-end' // of a line: a window that keeps what it should let go, or the other way round
  | 'pushed-clock' // a moving tag makes the age another than it seems
  | 'hits-children' // of indexes, which are untagged manifests
  | 'not-compared' // the policy is too large for its rules to be compared

export function lintError({ priority }: JudgedRule, code: LintCode, message: string): LintFinding {
  return { severity: 'error', rule: priority, code, message }
}

export function lintWarning({ priority }: JudgedRule, code: LintCode, message: string): LintFinding {
  return { severity: 'warning', rule: priority, code, message }
}
