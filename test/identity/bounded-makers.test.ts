import { afterEach, beforeEach, expect, test } from 'bun:test'
import { IAM_TABLE } from '../../src/api/iam/table.ts'
import { MANAGE_TABLE } from '../../src/api/manage/table.ts'
import { Refusal } from '../../src/core/refusal.ts'
import type { Group, ManagedPolicy } from '../../src/ports/metadata/identity.ts'
import { makeUser } from '../support/accounts.ts'
import { insertIdentities, newRole, newUser, roleSession, runIam, userPrincipal } from '../support/identities.ts'
import { callManage } from '../support/manage-requests.ts'
import { EVERYTHING } from '../support/session-world.ts'
import { openTestRegistry, type TestRegistry } from '../support/test-registry.ts'

const policyArn = (name: string) => `arn:aws:iam::000000000000:policy/${name}`
const BOUNDARY = policyArn('bounds')
const INLINE = [{ name: 'p', text: EVERYTHING }]
const HELD = { inlinePolicies: INLINE, attachedPolicies: [policyArn('held')] }
const MAKER = newUser('maker', { boundaryArn: BOUNDARY })
const MAKING_ROLE = { ...newRole('making'), boundaryArn: BOUNDARY }
const GROUP: Group = { kind: 'group', id: 'AGPAFREE', name: 'free', path: '/', createdAtMs: 1, tags: [], ...HELD }

function newPolicy(name: string): ManagedPolicy {
  const versions = ['v1', 'v2'].map((id) => ({ id, text: EVERYTHING, createdAtMs: 1 }))
  const made = { createdAtMs: 1, updatedAtMs: 1, defaultVersion: 'v1', versions, versionsMade: 2 }
  return { kind: 'policy', id: `ANPA${name.toUpperCase()}`, name, path: '/', description: '', tags: [], ...made }
}

/** Everything of it is about those who have no boundary. */
const INPUT = {
  UserName: 'free',
  RoleName: 'free',
  GroupName: 'free',
  PolicyName: 'p',
  PolicyArn: policyArn('held'),
  PolicyDocument: EVERYTHING,
  VersionId: 'v2',
  AssumeRolePolicyDocument: EVERYTHING.replace('"Resource":"*"', '"Principal":"*"').replace(
    '"*",',
    '"sts:AssumeRole",',
  ),
  AccessKeyId: 'AKIAFREEFREEFREEFREE',
  Status: 'Inactive',
  Description: 'x',
  NewUserName: 'other',
  NewGroupName: 'other',
  'Tags.member.1.Key': 'team',
  'Tags.member.1.Value': 'blue',
  'TagKeys.member.1': 'team',
  Url: 'https://issuer.example.com',
  ClientID: 'client',
  'ClientIDList.member.1': 'client',
  'ThumbprintList.member.1': '0'.repeat(40),
  OpenIDConnectProviderArn: 'arn:aws:iam::000000000000:oidc-provider/issuer.example.com',
}

/** They change nobody's permissions: what is made has none yet, what is deleted has none any more, and the rest are words. */
const HARMLESS = [
  'CreateGroup',
  'CreatePolicy',
  'DeleteGroup',
  'DeleteLoginProfile',
  'DeletePolicy',
  // Never of the version that counts.
  'DeletePolicyVersion',
  'DeleteRole',
  'DeleteUser',
  'TagOpenIDConnectProvider',
  'TagPolicy',
  'UntagOpenIDConnectProvider',
  'UntagPolicy',
  'UpdateGroup',
]
const BEYOND = 'because no permissions boundary allows'

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
  const policies = ['bounds', 'held', 'spare'].map(newPolicy)
  const users = [newUser('free', { ...HELD, groupIds: [GROUP.id] }), MAKER]
  await insertIdentities(registry, [...policies, GROUP, ...users, { ...newRole('free'), ...HELD }, MAKING_ROLE])
})
afterEach(async () => await registry[Symbol.asyncDispose]())

const CHANGES = Object.values(IAM_TABLE).filter(({ changes }) => changes)

test.each(CHANGES.map(({ operation }) => operation))(
  '%s is not for a maker with a boundary, or harmless',
  async (name) => {
    for (const maker of [userPrincipal(MAKER), roleSession(MAKING_ROLE)]) {
      const input = name.startsWith('Put') ? { ...INPUT, PermissionsBoundary: BOUNDARY } : INPUT
      const error = await runIam(registry, maker, name, input).then(
        () => undefined,
        (caught: unknown) => caught,
      )
      const isBeyond = error instanceof Refusal && error.reason === 'denied' && error.message.includes(BEYOND)
      expect([name, isBeyond, String(error)]).toEqual([name, !HARMLESS.includes(name), expect.any(String)])
    }
  },
)

test('the operations of the management API that make credentials are for makers without a boundary', async () => {
  const { key } = await makeUser(registry, 'bounded', { policies: [EVERYTHING], boundaryArn: BOUNDARY })
  const authorization = `Basic ${btoa(`${key.accessKeyId}:${key.secret}`)}`
  const calls = {
    CreateAccount: ['/accounts', { accountId: '123456789012', name: 'Team' }],
    CreateAccountRootKey: ['/accounts/123456789012/root-keys'],
    DeleteAccountRootKey: ['/accounts/123456789012/root-keys/AKIA0000000000000000'],
    PutOidcProvider: ['/oidc-providers/ci', { issuer: 'https://issuer.example.com', clientIds: ['lading'] }],
    DeleteOidcProvider: ['/oidc-providers/ci'],
  } as const
  for (const [operation, [path, body]] of Object.entries(calls)) {
    // The names above are the table's.
    const { method } = MANAGE_TABLE[operation as keyof typeof calls]
    const sent = { authorization, ...(body !== undefined && { body }) }
    const { status, json } = await callManage(registry, method.toUpperCase(), path, sent)
    expect([operation, status, json.error?.message]).toEqual([operation, 403, expect.stringContaining(BEYOND)])
  }
})
