import { toTree } from '../../src/api/query/parameters.ts'
import { IAM } from '../../src/api/query/query-api.ts'
import { runAction } from '../../src/api/query/run-action.ts'
import {
  assumedRoleArn,
  type Principal,
  type RoleSessionPrincipal,
  roleArn,
  type Session,
  type UserPrincipal,
  userArn,
} from '../../src/core/principal.ts'
import type { Identities, IdentityKind, Role, User } from '../../src/ports/metadata/identity.ts'
import type { TestRegistry } from './test-registry.ts'

const TEST_ACCOUNT = '000000000000'

/** What lets somebody do everything, so that only what is tested says no. */
export const EVERYTHING = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'

export async function insertIdentities(
  { services }: TestRegistry,
  identities: readonly Identities[IdentityKind][],
  accountId = TEST_ACCOUNT,
): Promise<void> {
  await services.metadata.transact(async (transaction) => {
    const changes = await transaction.changeIdentities(accountId)
    for (const identity of identities) {
      if (!(await changes.insert(identity))) throw new Error(`${identity.id} is there already`)
    }
  })
}

/** A user that may do everything, unless its members say otherwise. */
export function newUser(name: string, members: Partial<User> = {}): User {
  return {
    kind: 'user',
    id: `AIDA${name.toUpperCase()}`,
    name,
    path: '/',
    createdAtMs: 1_700_000_000_000,
    tags: [],
    inlinePolicies: [{ name: 'everything', text: EVERYTHING }],
    attachedPolicies: [],
    boundaryArn: undefined,
    groupIds: [],
    sessionsValidFromMs: 0,
    ...members,
  }
}

/** A role that may do everything and that nobody may assume, unless its members say otherwise. */
export function newRole(name: string, members: Partial<Role> = {}): Role {
  const { groupIds: _, kind: __, ...common } = newUser(name)
  return {
    ...common,
    kind: 'role',
    id: `AROA${name.toUpperCase()}`,
    description: '',
    trustPolicy: '{"Version":"2012-10-17","Statement":[]}',
    maxSessionSeconds: 3600,
    lastUsed: undefined,
    ...members,
  }
}

export function userPrincipal(user: User, session?: Session): UserPrincipal {
  const { name, id } = user
  const arn = userArn(TEST_ACCOUNT, user.path, name)
  return { kind: 'user', accountId: TEST_ACCOUNT, arn, userId: id, accessKeyId: 'AKIAUSER', session, name }
}

export function roleSession(role: Role, session: Partial<Session> = {}): RoleSessionPrincipal {
  const sessionName = 'session'
  return {
    kind: 'role-session',
    accountId: TEST_ACCOUNT,
    arn: assumedRoleArn(TEST_ACCOUNT, role.name, sessionName),
    userId: `${role.id}:${sessionName}`,
    accessKeyId: 'ASIAROLE',
    roleId: role.id,
    roleArn: roleArn(TEST_ACCOUNT, role.path, role.name),
    roleName: role.name,
    sessionName,
    session: newSession(session),
  }
}

export function newSession(members: Partial<Session> = {}): Session {
  return {
    issuedAtMs: 1_700_000_000_000,
    expiresAtMs: 1_700_003_600_000,
    policyLayers: [],
    tags: [],
    transitiveTagKeys: [],
    ...members,
  }
}

/** Runs an operation of IAM as somebody who has no key in a test registry, past the signature. */
export async function runIam(
  { services, caller }: TestRegistry,
  principal: Principal,
  operation: keyof typeof IAM.table,
  input: Readonly<Record<string, string>> = {},
): Promise<object | undefined> {
  const action = IAM.table[operation]
  if (action === undefined || action.isUnsigned) throw new Error(`${operation} is not there`)
  const call = { services, caller: { ...caller, principal }, notePolicyFindings: () => {} }
  return await runAction(IAM, action, { call, parameters: toTree(Object.entries(input)) })
}
