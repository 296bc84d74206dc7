import { invalidParameter } from '../../ecr/invalid-parameter.ts'
import type { Refusal } from '../../refusal.ts'

const SHOWN_CHARS = 80

/** @param where such as `rules[2].when.olderThan.days`; the policy as a whole has the name of ECR's parameter */
export function invalidPolicy(where: string, problem: string): Refusal {
  return invalidParameter(where === '' ? 'lifecyclePolicyText' : where, problem)
}

export function memberOf(where: string, name: string): string {
  if (!/^[A-Za-z$]+$/.test(name)) return `${where}[${shownValue(name)}]`
  return where === '' ? name : `${where}.${name}`
}

/** Cut to what fits a sentence. */
export function shownValue(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text
}
