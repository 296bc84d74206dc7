import { Refusal } from '../refusal.ts'

const SHOWN = 80

/**
 * @param where in the document: `Statement[1] (AllowPull).Action[0]`; the statement's index counts from 0, in
 *   parentheses is its Sid
 * @param problem what is wrong, and what is expected
 */
export function malformedPolicy(where: string, problem: string): Refusal {
  return new Refusal('policy-malformed', `The policy is malformed at ${where}: ${problem}.`, { where })
}

/** A value of the policy, cut to what fits a sentence. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
}
