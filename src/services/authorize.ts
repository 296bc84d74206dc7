import { AWS_ACCOUNT } from '../core/iam/aws-managed-policies.ts'
import type { Principal } from '../core/principal.ts'
import { Refusal } from '../core/refusal.ts'
import type { Registry } from '../ports/metadata/registries.ts'
import type { Repository } from '../ports/metadata/repositories.ts'
import type { Caller, Services } from './context.ts'
import { NO_REGISTRY } from './registry-for.ts'

/** An IAM action, such as ECR's `ecr:PutImage` (ecr.md 5.2), or one of our own, `lading:CreateAccount`. */
export type Action = `${'ecr' | 'sts' | 'iam' | 'lading'}:${string}`

/** What the anonymous listener lets anybody do: read. */
const ANONYMOUS_ACTIONS: ReadonlySet<Action> = new Set<Action>([
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:DescribeRepositories',
  'ecr:GetDownloadUrlForLayer',
  'ecr:ListImages',
])

/** One question: may the caller do this to that? */
export interface Access {
  readonly action: Action
  /** An ARN, or `*` for actions on the registry as a whole. */
  readonly resource: string
  /** How a refusal names the resource, where the ARN says more than the caller did; the ARN when undefined. */
  readonly named?: string | undefined
  /** The repository that the ARN names, as what belongs to it has a say; undefined when there is none, or not just one. */
  readonly repository: Repository | undefined
  /** What conditions may ask about this call beside who asks and from where, by lower-case key, such as `iam:policyarn`. */
  readonly keys?: Readonly<Record<string, string | readonly string[]>>
}

export function repositoryArn(registry: Registry, repositoryName: string): string {
  return `arn:aws:ecr:${registry.region}:${registry.accountId}:repository/${repositoryName}`
}

/**
 * What a list of a registry's repositories is asked about: AWS decides DescribeRepositories on the resource type
 * `repository`, so without names it is this and not `*` (ecr.md 5.2).
 */
export function allRepositoriesArn(registry: Registry): string {
  return repositoryArn(registry, '*')
}

/**
 * A refusal is made of the question alone, so that it is the same whether or not the repository exists.
 *
 * @throws {Refusal} `denied`, with AWS's sentence
 */
export async function authorize(services: Services, caller: Caller, access: Access): Promise<void> {
  if (await isAllowed(services, caller, access)) return
  throw new Refusal('denied', deniedSentence(caller.principal, access))
}

/** The same decision for a caller who is not to notice it: a mount that may not read its source just uploads. */
export async function isAllowed(_services: Services, caller: Caller, access: Access): Promise<boolean> {
  const { principal, registry } = caller
  const { action, resource } = access
  if (registry.id === NO_REGISTRY) return false
  if (principal.kind === 'anonymous') return ANONYMOUS_ACTIONS.has(action)
  // A root user may do everything in its own account; a resource of another account is never its own. Managed policies
  // that every account has are of none, and count as everybody's own.
  const owner = resource === '*' ? registry.accountId : accountOf(resource)
  return principal.accountId === registry.accountId && (owner === registry.accountId || owner === AWS_ACCOUNT)
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

function deniedSentence(principal: Principal, { action, resource, named = resource }: Access): string {
  return `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${named} because no identity-based policy allows the ${action} action`
}
