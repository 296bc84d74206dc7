import type { Principal } from '../core/principal.ts'
import { Refusal } from '../core/refusal.ts'
import type { Registry } from '../ports/metadata/registries.ts'
import type { Caller } from './context.ts'

/** An IAM action of ECR's, such as `ecr:PutImage` (ecr.md 5.2). */
export type Action = `${'ecr' | 'sts' | 'iam'}:${string}`

/** What the anonymous listener lets anybody do: read. */
const ANONYMOUS_ACTIONS: ReadonlySet<Action> = new Set<Action>([
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:DescribeRepositories',
  'ecr:GetDownloadUrlForLayer',
  'ecr:ListImages',
])

export function repositoryArn(registry: Registry, repositoryName: string): string {
  return `arn:aws:ecr:${registry.region}:${registry.accountId}:repository/${repositoryName}`
}

/**
 * Decides before anything is looked up, so that a refusal is the same whether or not the resource exists.
 *
 * @param resource an ARN, or `*` for actions on the registry as a whole
 * @throws {Refusal} `denied`, with AWS's sentence
 */
export function authorize(caller: Caller, action: Action, resource: string): void {
  if (isAllowed(caller, action, resource)) return
  throw new Refusal('denied', deniedSentence(caller.principal, action, resource))
}

/** The same decision for a caller who is not to notice it: a mount that may not read its source just uploads. */
export function isAllowed(caller: Caller, action: Action, resource: string): boolean {
  const { principal, registry } = caller
  if (principal.kind === 'anonymous') return ANONYMOUS_ACTIONS.has(action)
  // A root user may do everything in its own account; a resource of another account is never its own.
  return principal.accountId === registry.accountId && (resource === '*' || accountOf(resource) === registry.accountId)
}

/** The fifth part of `arn:partition:service:region:account:resource`; empty for what is no ARN. */
function accountOf(arn: string): string {
  let begin = 0
  for (let colons = 0; colons < 4; colons++) {
    begin = arn.indexOf(':', begin) + 1
    if (begin === 0) return ''
  }
  return arn.slice(begin, arn.indexOf(':', begin))
}

function deniedSentence(principal: Principal, action: Action, resource: string): string {
  return `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`
}
