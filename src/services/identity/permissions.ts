import type { CompiledPolicy } from '../../core/policy/compile-policy.ts'
import type { PolicyPrincipal } from '../../core/policy/policy-question.ts'
import type {
  AuthenticatedPrincipal,
  Principal,
  RoleSessionPrincipal,
  SessionPolicyLayer,
  UserPrincipal,
} from '../../core/principal.ts'
import type { Group, Role, User } from '../../ports/metadata/identity.ts'
import type { ResourceTag } from '../../ports/metadata/repositories.ts'
import { compileText } from './compile-text.ts'
import type { Directory } from './directory.ts'

/** What a principal may do by its own side, and what conditions may ask about it. */
export interface Permissions {
  readonly policies: PolicyPrincipal
  /** By lower-case key: tags of the user or role, and those of the session over them. */
  readonly tags: ReadonlyMap<string, string>
}

const NO_TAGS: ReadonlyMap<string, string> = new Map()
const ANONYMOUS: PolicyPrincipal = {
  kind: 'anonymous',
  accountId: undefined,
  directIds: [],
  roleId: undefined,
  identityPolicies: [],
  boundary: undefined,
  sessionLayers: [],
}

/** What the identity itself has, without its session: made once, until the account's identities change. */
interface OwnPermissions {
  readonly identityPolicies: readonly CompiledPolicy[]
  readonly boundary: CompiledPolicy | undefined
  readonly tags: readonly ResourceTag[]
}

const DENY_EVERYTHING = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}'
const NOTHING: OwnPermissions = { identityPolicies: [], boundary: undefined, tags: [] }

/**
 * Everything on the principal's side of a decision. An identity that is gone may do nothing.
 *
 * @throws {Refusal} `policy-malformed` when a stored policy cannot be read
 */
export async function permissionsOf(directory: Directory, principal: Principal): Promise<Permissions> {
  if (principal.kind === 'anonymous') return { policies: ANONYMOUS, tags: NO_TAGS }
  const own = await ownPermissions(directory, principal)
  const layers = principal.session?.policyLayers ?? []
  const sessionLayers: CompiledPolicy[][] = []
  for (const layer of layers) sessionLayers.push(await compileLayer(directory, principal.accountId, layer))
  return {
    policies: { ...namesOf(principal), ...own, sessionLayers },
    tags: tagsOf(own.tags, principal.session?.tags ?? []),
  }
}

function namesOf(
  principal: AuthenticatedPrincipal,
): Pick<PolicyPrincipal, 'kind' | 'accountId' | 'directIds' | 'roleId'> {
  const { kind, accountId, userId } = principal
  if (kind === 'root') return { kind, accountId, directIds: [], roleId: undefined }
  return { kind, accountId, directIds: [userId], roleId: kind === 'role-session' ? principal.roleId : undefined }
}

async function ownPermissions(directory: Directory, principal: AuthenticatedPrincipal): Promise<OwnPermissions> {
  if (principal.kind === 'root') return NOTHING
  const { accountId } = principal
  return await directory.made(accountId, `permissions ${idOf(principal)}`, async () => {
    const identity = await findOwn(directory, principal)
    if (identity === undefined) return NOTHING
    const groups = identity.kind === 'user' ? await findGroups(directory, accountId, identity) : []
    const identityPolicies: CompiledPolicy[] = []
    for (const holder of [identity, ...groups]) {
      identityPolicies.push(...(await policiesOf(directory, accountId, holder)))
    }
    const { boundaryArn } = identity
    const boundary =
      boundaryArn === undefined ? undefined : await requirePolicy(directory, accountId, boundaryArn, 'boundary')
    return { identityPolicies, boundary, tags: identity.tags }
  })
}

function idOf(principal: UserPrincipal | RoleSessionPrincipal): string {
  return principal.kind === 'user' ? principal.userId : principal.roleId
}

async function findOwn(
  directory: Directory,
  principal: UserPrincipal | RoleSessionPrincipal,
): Promise<User | Role | undefined> {
  const { accountId } = principal
  if (principal.kind === 'user') return await directory.identity(accountId, 'user', principal.userId)
  return await directory.identity(accountId, 'role', principal.roleId)
}

async function findGroups(directory: Directory, accountId: string, user: User): Promise<Group[]> {
  const groups = await Promise.all(user.groupIds.map((id) => directory.identity(accountId, 'group', id)))
  return groups.filter((group) => group !== undefined)
}

async function policiesOf(
  directory: Directory,
  accountId: string,
  holder: User | Role | Group,
): Promise<CompiledPolicy[]> {
  const policies = holder.inlinePolicies.map(({ name, text }) =>
    compileText(text, { kind: 'identity', name: `inline policy ${name} of ${holder.kind} ${holder.name}` }),
  )
  for (const arn of holder.attachedPolicies) policies.push(await requirePolicy(directory, accountId, arn, 'identity'))
  return policies
}

/** Something that is attached cannot be deleted; if it is gone all the same, it may have been a denial. */
async function requirePolicy(
  directory: Directory,
  accountId: string,
  arn: string,
  kind: 'identity' | 'boundary' | 'session',
): Promise<CompiledPolicy> {
  const found = await directory.managedPolicy(accountId, arn, kind)
  return found ?? compileText(DENY_EVERYTHING, { kind, name: `${arn}, which is not there` })
}

async function compileLayer(
  directory: Directory,
  accountId: string,
  { texts, arns }: SessionPolicyLayer,
): Promise<CompiledPolicy[]> {
  const policies = texts.map((text, index) =>
    compileText(text, { kind: 'session', name: `session policy ${index + 1}` }),
  )
  for (const arn of arns) policies.push(await requirePolicy(directory, accountId, arn, 'session'))
  return policies
}

function tagsOf(own: readonly ResourceTag[], session: readonly ResourceTag[]): ReadonlyMap<string, string> {
  if (own.length === 0 && session.length === 0) return NO_TAGS
  return new Map([...own, ...session].map(({ key, value }) => [key.toLowerCase(), value]))
}
