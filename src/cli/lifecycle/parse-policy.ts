import { type ParsedLifecyclePolicy, parseLifecyclePolicy } from '../../core/lifecycle/parse-lifecycle-policy.ts'
import { Refusal } from '../../core/refusal.ts'
import { CliProblem } from '../cli-problem.ts'
import { displayable } from '../displayable.ts'
import type { GivenPolicy } from './policy-file.ts'

/** Checks and compiles it, for what is done without a server. @throws {CliProblem} */
export function parsePolicy({ name, text }: GivenPolicy): ParsedLifecyclePolicy {
  try {
    return parseLifecyclePolicy(text)
  } catch (error) {
    if (error instanceof Refusal) throw new CliProblem(displayable(`${name}: ${error.message}`), { cause: error })
    throw error
  }
}
