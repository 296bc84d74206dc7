import { accountOfArn } from '../core/iam/account-of-arn.ts'
import type { CompiledPolicy } from '../core/policy/compile-policy.ts'
import { type Decision, decide, reasonClause } from '../core/policy/decide.ts'
import type { PolicyQuestion } from '../core/policy/policy-question.ts'
import type { Principal } from '../core/principal.ts'
import { Refusal } from '../core/refusal.ts'
import type { ParentScope } from '../core/settings/scope.ts'
import type { Registry } from '../ports/metadata/registries.ts'
import type { Repository, ResourceTag } from '../ports/metadata/repositories.ts'
import { noteDenial } from './audit/note-denial.ts'
import type { Caller, Services } from './context.ts'
import { compileText } from './identity/compile-text.ts'
import { DecisionMemory } from './identity/decision-memory.ts'
import { joinResourcePolicies, NO_POLICIES } from './identity/join-resource-policies.ts'
import { type Permissions, permissionsOf } from './identity/permissions.ts'
import { asksForResourceTags, RequestConditions } from './identity/request-conditions.ts'
import { ScopePolicies } from './identity/scope-policies.ts'
import { NO_REGISTRY } from './registry-for.ts'

/** An action as policies name it, such as `ecr:PutImage` (ecr.md 5.2). */
export type Action = `${'ecr' | 'sts' | 'iam' | 'lading' | 'cloudtrail'}:${string}`

/** What the anonymous listener lets anybody do in the default account's registry: read. */
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
  /** The repository that the ARN names, as what belongs to it has a say; undefined when there is none, or not just one. */
  readonly repository: Repository | undefined
  /** What conditions may ask about this call beside who asks and from where, by lower-case key, such as `iam:policyarn`. */
  readonly keys?: AccessKeys
  /** The trust policy of the role that the ARN names: it has to allow, also in the same account. */
  readonly trust?: CompiledPolicy
  /** Policies that are decided by as if they were there already, to see what they would do. */
  readonly instead?: {
    readonly repository?: CompiledPolicy
    readonly registry?: CompiledPolicy
    readonly above?: { readonly scope: ParentScope; readonly policy: CompiledPolicy }
  }
  /** How a refusal names the resource, where the ARN says more than the caller did. */
  readonly named?: string | undefined
}

export type AccessKeys = Readonly<Record<string, string | readonly string[]>>

const NO_KEYS: AccessKeys = {}
/** Of a role that does not exist. */
export const TRUSTS_NOBODY = '{"Version":"2012-10-17","Statement":[]}'
const NOTHING_ALLOWS: Decision = {
  isAllowed: false,
  outcome: 'implicit-deny',
  by: 'identity',
  statement: undefined,
}
const ANONYMOUS_LISTENER: Decision = { ...NOTHING_ALLOWS, isAllowed: true, outcome: 'allowed' }

/**
 * @throws {Refusal} `denied`, with AWS's sentence. Who could not find out whether the repository exists by being allowed
 *   is told the same when it does and when it does not: `detail.decision` alone, which no surface shows, differs.
 */
export async function authorize(services: Services, caller: Caller, access: Access): Promise<void> {
  if (rememberedDecision(services, caller, access)?.isAllowed === true) return
  const decision = await decideAccess(services, caller, access)
  if (!decision.isAllowed) throw await denied(services, caller, access, decision)
}

/** The same decision for a caller who is not to notice it: a mount that may not read its source just uploads. */
export async function isAllowed(services: Services, caller: Caller, access: Access): Promise<boolean> {
  return (await decideAccess(services, caller, access)).isAllowed
}

/** Whether the caller may, and by which statement. */
export async function decideAccess(services: Services, caller: Caller, access: Access): Promise<Decision> {
  const { principal, registry } = caller
  if (registry.id === NO_REGISTRY || isElsewhere(registry, access)) return await decideNowhere(services, caller, access)
  const permissions = await permissionsFor(services, principal)
  const decision = await decideRemembering(services, caller, access, permissions)
  if (decision.isAllowed || decision.outcome === 'explicit-deny' || principal.kind !== 'anonymous') return decision
  const isOpen = registry.id === services.defaultRegistry.id && ANONYMOUS_ACTIONS.has(access.action)
  return isOpen ? ANONYMOUS_LISTENER : decision
}

/** Nothing is allowed where there is nothing, and the reason is that of an account without policies: who asks is not to tell them apart. */
async function decideNowhere(services: Services, caller: Caller, access: Access): Promise<Decision> {
  const permissions = await permissionsFor(services, caller.principal)
  const empty = { ...permissions, resourcePolicies: NO_POLICIES }
  const decision = decide(await questionOf(services, caller, { ...access, repository: undefined }, empty))
  return decision.isAllowed ? NOTHING_ALLOWS : decision
}

/** What is acted on belongs to the registry that is asked; only roles may be another account's. */
function isElsewhere(registry: Registry, { resource, trust }: Access): boolean {
  return trust === undefined && (accountOfArn(resource) ?? registry.accountId) !== registry.accountId
}

/**
 * The decision, when all that it takes is at hand: so it is for every layer of a pull but the first, and then nothing is
 * waited for.
 */
function rememberedDecision(services: Services, caller: Caller, access: Access): Decision | undefined {
  const { principal, registry, origin } = caller
  const { directory, repositoryPolicies } = services
  const permissions = remembered.get(principal)
  if (permissions === undefined || access.trust !== undefined || access.instead !== undefined) return undefined
  // It is not, while other processes have not been heard of.
  const account = directory.rememberedAccount(registry.accountId)
  if (account === undefined || registry.id === NO_REGISTRY || isElsewhere(registry, access)) return undefined
  const { action, resource, repository } = access
  if (!action.startsWith('ecr:') || action === IDENTITY_ONLY) return undefined
  const hasPolicy = repository?.policyRevision !== undefined
  const ofRepository = hasPolicy ? repositoryPolicies.remembered(repository) : undefined
  if (hasPolicy && ofRepository === undefined) return undefined
  const resourcePolicies = joinResourcePolicies(
    account.registryPolicy,
    account.scopePolicies.of(resource),
    ofRepository,
  )
  const memory = memoryOf(permissions)
  const name = memory.nameOf({ action, resource, registryId: registry.id }, resourcePolicies, origin)
  return name === undefined ? undefined : memory.find(name, resourcePolicies)
}

async function decideRemembering(
  services: Services,
  caller: Caller,
  access: Access,
  permissions: Permissions,
): Promise<Decision> {
  const { registry, origin } = caller
  const resourcePolicies = await resourcePoliciesOf(services, registry, access)
  const memory = memoryOf(permissions)
  const { action, resource, trust } = access
  const asked = { action, resource, registryId: registry.id }
  const name = trust === undefined ? memory.nameOf(asked, resourcePolicies, origin) : undefined
  const known = name === undefined ? undefined : memory.find(name, resourcePolicies)
  if (known !== undefined) return known
  const decision = decide(await questionOf(services, caller, access, { ...permissions, resourcePolicies }))
  if (name !== undefined) memory.keep(name, resourcePolicies, decision)
  return decision
}

/** As long as what they were made of. */
const memories = new WeakMap<Permissions, DecisionMemory>()

function memoryOf(permissions: Permissions): DecisionMemory {
  const known = memories.get(permissions)
  if (known !== undefined) return known
  const memory = new DecisionMemory(permissions)
  memories.set(permissions, memory)
  return memory
}

async function questionOf(
  services: Services,
  caller: Caller,
  access: Access,
  { policies, tags, resourcePolicies }: Permissions & Pick<PolicyQuestion, 'resourcePolicies'>,
): Promise<PolicyQuestion> {
  const { principal, registry, origin } = caller
  const { action, resource, repository } = access
  const resourceAccountId = accountOfArn(resource) ?? registry.accountId
  return {
    action,
    resource,
    resourceAccountId,
    principal: policies,
    resourcePolicies,
    needsResourceGrant: access.trust !== undefined,
    context: new RequestConditions({
      principal,
      principalTags: tags,
      origin,
      region: registry.region,
      resourceAccountId,
      installationId: services.installationId,
      resourceTags: await resourceTagsFor(services, repository, policies, resourcePolicies),
      keys: access.keys ?? NO_KEYS,
      nowMs: services.clock.nowMs(),
    }),
  }
}

/** AWS lets tokens be given out by identity policies alone (ecr.md 5.1). */
const IDENTITY_ONLY: Action = 'ecr:GetAuthorizationToken'

async function resourcePoliciesOf(
  services: Services,
  registry: Registry,
  { action, resource, repository, trust, instead = {} }: Access,
): Promise<readonly CompiledPolicy[]> {
  if (trust !== undefined) return [trust]
  // What we add to ECR is decided by them where it is about one repository, so that who closes that closes all of it.
  const isAsked = action.startsWith('ecr:') ? action !== IDENTITY_ONLY : repository !== undefined
  if (!isAsked) return NO_POLICIES
  const { directory } = services
  const account = directory.rememberedAccount(registry.accountId) ?? (await directory.account(registry.accountId))
  const ofRegistry = instead.registry ?? account?.registryPolicy
  const ofRepository = instead.repository ?? (await policyOf(services, repository))
  const { scopePolicies = ScopePolicies.NONE } = account ?? {}
  const above =
    instead.above === undefined ? scopePolicies : scopePolicies.with(instead.above.scope, instead.above.policy)
  return joinResourcePolicies(ofRegistry, above.of(resource), ofRepository)
}

async function policyOf(
  { repositoryPolicies }: Services,
  repository: Repository | undefined,
): Promise<CompiledPolicy | undefined> {
  if (repository?.policyRevision === undefined) return undefined
  return repositoryPolicies.remembered(repository) ?? (await repositoryPolicies.find(repository))
}

async function resourceTagsFor(
  services: Services,
  repository: Repository | undefined,
  policies: PolicyQuestion['principal'],
  resourcePolicies: readonly CompiledPolicy[],
): Promise<readonly ResourceTag[] | undefined> {
  if (repository === undefined) return undefined
  const { identityPolicies, boundary, sessionLayers } = policies
  const asks =
    identityPolicies.some(readsResourceTags) ||
    resourcePolicies.some(readsResourceTags) ||
    (boundary !== undefined && readsResourceTags(boundary)) ||
    sessionLayers.some((layer) => layer.some(readsResourceTags))
  return asks ? await services.metadata.listResourceTags(repository.id) : undefined
}

const readers = new WeakMap<CompiledPolicy, boolean>()

function readsResourceTags(policy: CompiledPolicy): boolean {
  const known = readers.get(policy)
  if (known !== undefined) return known
  const reads = asksForResourceTags(policy.keys)
  readers.set(policy, reads)
  return reads
}

/** What was made of a principal's policies; a principal is verified anew every second, and forgotten with its login. */
const remembered = new WeakMap<Principal, Permissions>()

async function permissionsFor(services: Services, principal: Principal): Promise<Permissions> {
  const known = remembered.get(principal)
  if (known !== undefined && services.directory.isFresh) return known
  const permissions = await permissionsOf(services.directory, principal)
  remembered.set(principal, permissions)
  return permissions
}

async function denied(services: Services, caller: Caller, access: Access, decision: Decision): Promise<Refusal> {
  const shown = await shownDecision(services, caller, access, decision)
  const { action } = access
  const resource = access.named ?? access.resource
  // A role that does not exist is refused as one that trusts somebody else is.
  const clause =
    access.trust === undefined ? ` ${elsewhereClause(services, caller) ?? reasonClause(shown, action)}` : ''
  const decisionId = services.ids.uuid()
  const sentence = `User: ${caller.principal.arn} is not authorized to perform: ${action} on resource: ${resource}${clause}`
  await noteDenial(services, caller, access, { decisionId, decision, shown, sentence })
  return new Refusal('denied', `${sentence} (decision ${decisionId})`, { decisionId })
}

/** Of no use are policies to whoever asks for their own account in a region that it is not in; a stranger hears of policies. */
function elsewhereClause({ defaultRegistry }: Services, { principal, registry }: Caller): string | undefined {
  const isOwn = principal.kind !== 'anonymous' && principal.accountId === registry.accountId
  if (registry.id !== NO_REGISTRY || !isOwn || registry.region === defaultRegistry.region) return undefined
  return `because the registry of account ${registry.accountId} is in region ${defaultRegistry.region}, and not in ${registry.region}`
}

/**
 * What the caller may know of a decision. Who would be denied also if there were no such repository is told what they
 * would be told then: the policy of a repository must not give away that it exists.
 */
async function shownDecision(
  services: Services,
  caller: Caller,
  access: Access,
  decision: Decision,
): Promise<Decision> {
  if (access.trust !== undefined) return await shownOfRole(services, caller, access, decision)
  if (access.repository === undefined) return decision
  const blind = await decideAccess(services, caller, { ...access, repository: undefined })
  return blind.isAllowed ? decision : blind
}

/** Nor must the trust policy of another account's role give away that there is one: the caller's own trail has this. */
async function shownOfRole(services: Services, caller: Caller, access: Access, decision: Decision): Promise<Decision> {
  if (accountOfArn(access.resource) === caller.principal.accountId) return decision
  const trust = compileText(TRUSTS_NOBODY, { kind: 'trust', name: `trust policy of ${access.resource}` })
  return await decideAccess(services, caller, { ...access, trust })
}
