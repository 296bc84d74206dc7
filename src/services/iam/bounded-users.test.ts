import { afterEach, beforeEach, expect, test } from 'bun:test'
import { EVERYTHING, insertIdentities, newUser, runIam, userPrincipal } from '../../../test/support/identities.ts'
import { openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'

const BOUNDARY = 'arn:aws:iam::000000000000:policy/bounds'
const MAKER = newUser('maker', { boundaryArn: BOUNDARY })
const FREE = newUser('free')
const BOUND = newUser('bound', { boundaryArn: BOUNDARY })

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
  const policy = { kind: 'policy', id: 'ANPABOUNDS', name: 'bounds', path: '/', description: '', tags: [] } as const
  const version = { id: 'v1', text: EVERYTHING, createdAtMs: 1 }
  await insertIdentities(registry, [
    MAKER,
    FREE,
    BOUND,
    { ...policy, createdAtMs: 1, updatedAtMs: 1, defaultVersion: 'v1', versions: [version], versionsMade: 1 },
    {
      kind: 'group',
      id: 'AGPADEVS',
      name: 'devs',
      path: '/',
      createdAtMs: 1,
      tags: [],
      inlinePolicies: [],
      attachedPolicies: [],
    },
  ])
})
afterEach(async () => {
  await registry[Symbol.asyncDispose]()
})

const run = (operation: string, input: Record<string, string>) =>
  runIam(registry, userPrincipal(MAKER), operation, input)

const CHANGES: readonly [operation: string, input: Record<string, string>][] = [
  ['CreateAccessKey', {}],
  ['AddUserToGroup', { GroupName: 'devs' }],
  ['RemoveUserFromGroup', { GroupName: 'devs' }],
  ['TagUser', { 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': 'blue' }],
  ['UntagUser', { 'TagKeys.member.1': 'team' }],
  ['UpdateUser', { NewPath: '/team/' }],
]

test.each(CHANGES)('%s by somebody with a boundary is for users who have it too', async (operation, input) => {
  const ended = run(operation, { UserName: 'free', ...input }).then(() => operation)
  await expect(ended).rejects.toMatchObject({ reason: 'denied', message: expect.stringContaining('boundary') })
  await expect(run(operation, { UserName: 'bound', ...input }).then(() => operation)).resolves.toBe(operation)
  await expect(run(operation, { UserName: 'maker', ...input }).then(() => operation)).resolves.toBe(operation)
})

test('CreateUser by somebody with a boundary makes only users who have it', async () => {
  for (const input of [{}, { PermissionsBoundary: 'arn:aws:iam::000000000000:policy/other' }]) {
    await expect(run('CreateUser', { UserName: 'new', ...input })).rejects.toMatchObject({ reason: 'denied' })
  }
  const made = await run('CreateUser', { UserName: 'new', PermissionsBoundary: BOUNDARY })
  expect(made).toMatchObject({ User: { PermissionsBoundary: { PermissionsBoundaryArn: BOUNDARY } } })
})

test('somebody with a boundary changes the state of no key but of those who have it too', async () => {
  const key = { kind: 'access-key', id: 'AKIAFREEFREEFREEFREE', ownerId: FREE.id, sealedSecret: 'x' } as const
  await insertIdentities(registry, [{ ...key, state: 'inactive', createdAtMs: 1 }])
  const named = { UserName: 'free', AccessKeyId: key.id }
  for (const operation of ['UpdateAccessKey', 'DeleteAccessKey']) {
    const ended = run(operation, { ...named, Status: 'Active' }).then(() => operation)
    await expect(ended).rejects.toMatchObject({ reason: 'denied' })
  }
})
