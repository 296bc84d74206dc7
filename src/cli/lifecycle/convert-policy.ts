import { convertEcrPolicy } from '../../core/lifecycle/convert-ecr-policy.ts'
import type { EcrLifecyclePolicy } from '../../core/lifecycle/ecr/ecr-policy.ts'
import type { LadingPolicy } from '../../core/lifecycle/lading/lading-policy.ts'
import { type EcrConversionProblem, toEcrPolicy } from '../../core/lifecycle/to-ecr-policy.ts'
import { CliProblem } from '../cli-problem.ts'
import { displayable } from '../displayable.ts'
import { parsePolicy } from './parse-policy.ts'
import type { GivenPolicy } from './policy-file.ts'

/**
 * The same policy in a format; one that has it already stays as it is.
 *
 * @param to undefined: the other one
 * @throws {CliProblem} when it is no policy, or ECR's format has no words for it, with all that it has none for
 */
export function convertPolicy(given: GivenPolicy, to: 'lading' | 'ecr' | undefined): EcrLifecyclePolicy | LadingPolicy {
  const policy = parsePolicy(given)
  if (policy.format === to) return policy.document
  if (policy.format === 'ecr') return convertEcrPolicy(policy.document)
  const converted = toEcrPolicy(policy.document)
  if (converted.policy !== undefined) return converted.policy
  const why = converted.problems.map(sentenceOf).join('; ')
  throw new CliProblem(displayable(`${given.name} cannot be said in ECR’s format: ${why}.`))
}

function sentenceOf({ rule, why }: EcrConversionProblem): string {
  return `${rule === undefined ? 'it' : `rule ${rule}`} ${why.replace(/\.$/, '')}`
}
