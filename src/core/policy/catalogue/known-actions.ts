import { Evaluation } from '../evaluation.ts'
import { compilePattern } from '../pattern.ts'
import { ECR_ACTIONS } from './ecr-actions.ts'
import { IAM_ACTIONS } from './iam-actions.ts'
import { CLOUDTRAIL_ACTIONS, LADING_ACTIONS } from './lading-actions.ts'
import { STS_ACTIONS } from './sts-actions.ts'

/** By service, in lower case. */
const ACTIONS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    ecr: ECR_ACTIONS,
    iam: IAM_ACTIONS,
    sts: STS_ACTIONS,
    lading: LADING_ACTIONS,
    cloudtrail: CLOUDTRAIL_ACTIONS,
  }).map(([service, names]) => [service, names.map((name) => name.toLowerCase())]),
)

/**
 * Whether a pattern of an Action element names any action that there is.
 *
 * @returns `service` if there is none of its service at all, `action` if there is none of its name
 */
export function unknownPartOf(pattern: string): 'service' | 'action' | undefined {
  if (pattern === '*' || pattern === '*:*') return undefined
  const [service = '', name = ''] = pattern.toLowerCase().split(':')
  const names = ACTIONS.get(service)
  if (names === undefined) return 'service'
  const compiled = compilePattern(name, { hasVariables: false, hasWildcards: true })
  if (compiled.literal !== undefined) return names.includes(compiled.literal) ? undefined : 'action'
  const evaluation = new Evaluation({ resource: '*', context: { get: () => undefined } }, Number.POSITIVE_INFINITY)
  return names.some((known) => compiled.bind(evaluation)?.matches(known, evaluation)) ? undefined : 'action'
}
