import { afterEach, beforeEach, expect, test } from 'bun:test'
import {
  EVERYTHING,
  insertIdentities,
  newRole,
  newUser,
  roleSession,
  runIam,
  userPrincipal,
} from '../../../test/support/identities.ts'
import { openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import type { Group, ManagedPolicy } from '../../ports/metadata/identity.ts'

const arn = (name: string) => `arn:aws:iam::000000000000:policy/${name}`
const BOUNDARY = arn('bounds')
const TRUST =
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole"}}'
const MAKER = newUser('maker', { boundaryArn: BOUNDARY })
const MAKING_ROLE = { ...newRole('making'), boundaryArn: BOUNDARY }
const INLINE = [{ name: 'p', text: EVERYTHING }]

function newPolicy(name: string): ManagedPolicy {
  const versions = ['v1', 'v2'].map((id) => ({ id, text: EVERYTHING, createdAtMs: 1 }))
  const made = { createdAtMs: 1, updatedAtMs: 1, defaultVersion: 'v1', versions, versionsMade: 2 }
  return { kind: 'policy', id: `ANPA${name.toUpperCase()}`, name, path: '/', description: '', tags: [], ...made }
}

function newGroup(name: string): Group {
  const policies = { inlinePolicies: INLINE, attachedPolicies: [arn('spare')] }
  return { kind: 'group', id: `AGPA${name.toUpperCase()}`, name, path: '/', createdAtMs: 1, tags: [], ...policies }
}

/** `bound` has the maker's boundary, `free` none, `other` another one. */
const USERS = [
  newUser('bound', { boundaryArn: BOUNDARY, inlinePolicies: INLINE, attachedPolicies: [arn('spare')] }),
  newUser('free', { inlinePolicies: INLINE, attachedPolicies: [arn('spare')] }),
  newUser('other', { boundaryArn: arn('otherbounds'), inlinePolicies: INLINE, attachedPolicies: [arn('spare')] }),
]
const ROLES = USERS.map((user) => {
  const { boundaryArn, inlinePolicies, attachedPolicies } = user
  return { ...newRole(user.name), boundaryArn, inlinePolicies, attachedPolicies }
})
/** All members of `bound` have the boundary, not all of `free`; `empty` has none. */
const GROUPS = ['bound', 'free', 'other', 'empty'].map(newGroup)
const MEMBERS = [
  newUser('member', { boundaryArn: BOUNDARY, groupIds: ['AGPABOUND', 'AGPAFREE', 'AGPAOTHER'] }),
  newUser('freemember', { groupIds: ['AGPAFREE'] }),
  newUser('othermember', { boundaryArn: arn('otherbounds'), groupIds: ['AGPAOTHER'] }),
]

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
  const policies = ['bounds', 'otherbounds', 'spare', 'unused'].map(newPolicy)
  await insertIdentities(registry, [MAKER, MAKING_ROLE, ...policies, ...USERS, ...ROLES, ...GROUPS, ...MEMBERS])
})
afterEach(async () => {
  await registry[Symbol.asyncDispose]()
})

type Operation = Parameters<typeof runIam>[2]
type Input = Readonly<Record<string, string>>
const BEYOND = { reason: 'denied', message: expect.stringContaining('because no permissions boundary allows') }

async function refused(operation: Operation, input: Input): Promise<void> {
  for (const maker of [userPrincipal(MAKER), roleSession(MAKING_ROLE)]) {
    const ended = runIam(registry, maker, operation, input).then(() => `${operation} ${JSON.stringify(input)} was done`)
    await expect(ended).rejects.toMatchObject(BEYOND)
  }
}

async function done(operation: Operation, input: Input, maker = MAKER): Promise<void> {
  await expect(runIam(registry, userPrincipal(maker), operation, input).then(() => operation)).resolves.toBe(operation)
}

const ON_ROLES: readonly (readonly [Operation, Input])[] = [
  ['PutRolePolicy', { PolicyName: 'p', PolicyDocument: EVERYTHING }],
  ['DeleteRolePolicy', { PolicyName: 'p' }],
  ['AttachRolePolicy', { PolicyArn: arn('unused') }],
  ['DetachRolePolicy', { PolicyArn: arn('spare') }],
  ['UpdateAssumeRolePolicy', { PolicyDocument: TRUST }],
  ['UpdateRole', { MaxSessionDuration: '7200' }],
  ['UpdateRoleDescription', { Description: 'x' }],
  ['TagRole', { 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': 'blue' }],
  ['UntagRole', { 'TagKeys.member.1': 'team' }],
]

test.each(ON_ROLES)('%s by somebody with a boundary is for roles that have it too', async (operation, input) => {
  for (const RoleName of ['free', 'other']) await refused(operation, { RoleName, ...input })
  await done(operation, { RoleName: 'bound', ...input })
  await done(operation, { RoleName: 'free', ...input }, newUser('free'))
})

const ON_USERS: readonly (readonly [Operation, Input])[] = [
  ['PutUserPolicy', { PolicyName: 'p', PolicyDocument: EVERYTHING }],
  ['DeleteUserPolicy', { PolicyName: 'p' }],
  ['AttachUserPolicy', { PolicyArn: arn('unused') }],
  ['DetachUserPolicy', { PolicyArn: arn('spare') }],
]

test.each(ON_USERS)('%s by somebody with a boundary is for users who have it too', async (operation, input) => {
  for (const UserName of ['free', 'other']) await refused(operation, { UserName, ...input })
  await done(operation, { UserName: 'bound', ...input })
})

const ON_GROUPS: readonly (readonly [Operation, Input])[] = [
  ['PutGroupPolicy', { PolicyName: 'p', PolicyDocument: EVERYTHING }],
  ['DeleteGroupPolicy', { PolicyName: 'p' }],
  ['AttachGroupPolicy', { PolicyArn: arn('unused') }],
  ['DetachGroupPolicy', { PolicyArn: arn('spare') }],
]

test.each(ON_GROUPS)(
  '%s by somebody with a boundary is for groups whose members all have it',
  async (operation, input) => {
    for (const GroupName of ['free', 'other']) await refused(operation, { GroupName, ...input })
    for (const GroupName of ['bound', 'empty']) await done(operation, { GroupName, ...input })
  },
)

test('CreateRole by somebody with a boundary makes only roles that have it', async () => {
  const input = { RoleName: 'new', AssumeRolePolicyDocument: TRUST }
  await refused('CreateRole', input)
  await refused('CreateRole', { ...input, PermissionsBoundary: arn('otherbounds') })
  await done('CreateRole', { ...input, PermissionsBoundary: BOUNDARY })
})

test('nobody with a boundary changes boundaries, not even to their own', async () => {
  for (const name of ['bound', 'free', 'maker']) {
    await refused('PutUserPermissionsBoundary', { UserName: name, PermissionsBoundary: BOUNDARY })
    await refused('DeleteUserPermissionsBoundary', { UserName: name })
  }
  for (const RoleName of ['bound', 'free']) {
    await refused('PutRolePermissionsBoundary', { RoleName, PermissionsBoundary: BOUNDARY })
    await refused('DeleteRolePermissionsBoundary', { RoleName })
  }
})

test('a policy is changed by somebody with a boundary only if it bounds nobody and all that have it are bounded', async () => {
  const change = async (name: string, expected: (operation: Operation, input: Input) => Promise<void>) => {
    const version = { PolicyArn: arn(name), PolicyDocument: EVERYTHING }
    await expected('CreatePolicyVersion', version)
    await expected('CreatePolicyVersion', { ...version, SetAsDefault: 'true' })
    await expected('SetDefaultPolicyVersion', { PolicyArn: arn(name), VersionId: 'v2' })
  }
  await change('bounds', refused)
  await change('otherbounds', refused)
  await change('spare', refused)
  await change('unused', done)
})

test.each(['group', 'role', 'user'] as const)(
  'a policy that is attached to a %s of others stays as it is',
  async (kind) => {
    const attached = { attachedPolicies: [arn('unused')] }
    const holders = {
      group: [{ ...newGroup('holder'), ...attached }, newUser('inside', { groupIds: ['AGPAHOLDER'] })],
      role: [{ ...newRole('holder'), ...attached }],
      user: [newUser('holder', attached)],
    }
    await insertIdentities(registry, holders[kind])
    await refused('SetDefaultPolicyVersion', { PolicyArn: arn('unused'), VersionId: 'v2' })
  },
)

test('identity providers are for those without a boundary', async () => {
  const OpenIDConnectProviderArn = 'arn:aws:iam::000000000000:oidc-provider/issuer.example'
  await refused('CreateOpenIDConnectProvider', { Url: 'https://issuer.example' })
  await done('CreateOpenIDConnectProvider', { Url: 'https://issuer.example' }, newUser('free'))
  const client = { OpenIDConnectProviderArn, ClientID: 'x' }
  await refused('AddClientIDToOpenIDConnectProvider', client)
  await refused('RemoveClientIDFromOpenIDConnectProvider', client)
  const thumbprints = { OpenIDConnectProviderArn, 'ThumbprintList.member.1': '0'.repeat(40) }
  await refused('UpdateOpenIDConnectProviderThumbprint', thumbprints)
  await refused('DeleteOpenIDConnectProvider', { OpenIDConnectProviderArn })
})

test('who is gone makes nothing', async () => {
  const ended = runIam(registry, userPrincipal(newUser('gone')), 'PutRolePolicy', {
    RoleName: 'bound',
    PolicyName: 'p',
    PolicyDocument: EVERYTHING,
  })
  await expect(ended).rejects.toMatchObject({ reason: 'denied' })
})

test('a session with a session policy changes nothing of all this', async () => {
  const restricted = { policyLayers: [{ texts: [EVERYTHING], arns: [] }] }
  const calls: readonly (readonly [Operation, Input])[] = [
    ...ON_ROLES.map(([operation, input]) => [operation, { RoleName: 'bound', ...input }] as const),
    ...ON_USERS.map(([operation, input]) => [operation, { UserName: 'bound', ...input }] as const),
    ...ON_GROUPS.map(([operation, input]) => [operation, { GroupName: 'bound', ...input }] as const),
    ['CreateRole', { RoleName: 'new', AssumeRolePolicyDocument: TRUST }],
    ['PutUserPermissionsBoundary', { UserName: 'bound', PermissionsBoundary: BOUNDARY }],
    ['DeleteUserPermissionsBoundary', { UserName: 'bound' }],
    ['PutRolePermissionsBoundary', { RoleName: 'bound', PermissionsBoundary: BOUNDARY }],
    ['DeleteRolePermissionsBoundary', { RoleName: 'bound' }],
    ['CreatePolicy', { PolicyName: 'new', PolicyDocument: EVERYTHING }],
    ['CreatePolicyVersion', { PolicyArn: arn('unused'), PolicyDocument: EVERYTHING }],
    ['SetDefaultPolicyVersion', { PolicyArn: arn('unused'), VersionId: 'v2' }],
    ['CreateOpenIDConnectProvider', { Url: 'https://issuer.example' }],
  ]
  const free = newRole('free')
  for (const [operation, input] of calls) {
    const ended = runIam(registry, roleSession(free, restricted), operation, input).then(() => operation)
    await expect(ended).rejects.toMatchObject({ reason: 'denied', message: expect.stringContaining('session policy') })
    const unrestricted = runIam(registry, roleSession(free), operation, input).then(() => operation)
    await expect(unrestricted).resolves.toBe(operation)
  }
})
