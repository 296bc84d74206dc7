import type { EcrLifecycleRule } from '../../src/core/lifecycle/ecr/ecr-policy.ts'
import { parseEcrPolicy } from '../../src/core/lifecycle/ecr/parse-ecr-policy.ts'
import type { LadingPolicy, LadingRule } from '../../src/core/lifecycle/lading/lading-policy.ts'
import { parseLadingPolicy } from '../../src/core/lifecycle/lading/parse-lading-policy.ts'
import { lintEcrPolicy, lintLadingPolicy } from '../../src/core/lifecycle/lint-policy.ts'

export const kindOf = (tag: string) => (tag === 'main' ? 'stable' : 'none')

/** `error 2 dead-rule`: how bad, of which rule, and what. */
export function lint(rules: readonly LadingRule[], unit: LadingPolicy['unit'] = 'image'): string[] {
  const policy = parseLadingPolicy(JSON.stringify({ version: 'lading/lifecycle/v1', unit, rules }))
  return lintLadingPolicy(policy, kindOf).map(({ severity, rule, code }) => `${severity} ${rule} ${code}`)
}

export function lintEcr(...rules: readonly EcrLifecycleRule[]): string[] {
  const policy = parseEcrPolicy(JSON.stringify({ rules }))
  return lintEcrPolicy(policy).map(({ severity, rule, code }) => `${severity} ${rule} ${code}`)
}

export const DEAD: string[] = ['error 2 dead-rule']
export const NONE: string[] = []

export const V: LadingRule['select'] = { tags: 'v*' }
export const older = (days: number, since: 'pushed' | 'pulled' = 'pulled') => ({ olderThan: { days, since } }) as const
export const beyond = (count: number, by: 'tagged' | 'pulled' = 'pulled') => ({ beyond: { count, by } }) as const
export const newer = (days: number, since: 'pushed' | 'pulled' = 'pulled') => ({ newerThan: { days, since } }) as const
export const within = (count: number, by: 'tagged' | 'pulled' = 'pulled') => ({ within: { count, by } }) as const
