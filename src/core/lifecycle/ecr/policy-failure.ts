import { invalidParameter } from '../../ecr/invalid-parameter.ts'
import type { Refusal } from '../../refusal.ts'

const SHOWN = 80

/** ECR's sentence around whatever is wrong with a lifecycle policy (ecr.md 2.2). */
export function policyFailure(problem: string): Refusal {
  return invalidParameter('LifecyclePolicyText', `Lifecycle policy validation failure: ${problem}`)
}

/**
 * What ECR's schema check says, which has no place in it, and the place.
 *
 * @param where such as `rules[0].selection`; empty for the document
 */
export function schemaFailure(where: string, problem: string): Refusal {
  return policyFailure(where === '' ? problem : `${problem}, at ${where}`)
}

/** A value of the policy, cut to what fits a sentence. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
}
