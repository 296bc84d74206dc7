import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { callQuery } from '../../../test/support/aws-requests.ts'
import {
  insertIdentities,
  newRole,
  newUser,
  roleSession,
  runIam,
  userPrincipal,
} from '../../../test/support/identities.ts'
import { openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
})
afterEach(async () => {
  await registry[Symbol.asyncDispose]()
})

const call = (operation: string, input: Record<string, string> | string = {}) => callQuery(registry, operation, input)
const findUser = (name: string) => registry.services.metadata.findIdentity('000000000000', 'user', name)

/** What was refused, as a client sees it. */
async function refusal(operation: string, input: Record<string, string> | string = {}) {
  const { status, code, message } = await call(operation, input)
  return [status, code, message]
}

test('CreateUser answers as AWS does', async () => {
  const tags = { 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': 'blue' }
  const { status, xml } = await call('CreateUser', { UserName: 'Bob', Path: '/a&<b>/', ...tags })
  expect(status).toBe(200)
  const user = await findUser('bob')
  expect(user?.id).toMatch(/^AIDA[A-Z2-7]{17}$/)
  const created = new Date(registry.clock.nowMs()).toISOString().replace(/\.\d+/, '')
  expect(xml).toBe(
    '<CreateUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><CreateUserResult><User>' +
      `<Path>/a&amp;&lt;b&gt;/</Path><UserName>Bob</UserName><UserId>${user?.id}</UserId>` +
      `<Arn>arn:aws:iam::000000000000:user/a&amp;&lt;b&gt;/Bob</Arn><CreateDate>${created}</CreateDate>` +
      '<Tags><member><Key>team</Key><Value>blue</Value></member></Tags></User></CreateUserResult>' +
      '<ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata></CreateUserResponse>',
  )
})

test('a name is taken in any case, and found in any', async () => {
  await call('CreateUser', { UserName: 'Bob' })
  expect(await refusal('CreateUser', { UserName: 'BOB' })).toEqual([
    409,
    'EntityAlreadyExists',
    'User with name BOB already exists.',
  ])
  expect((await call('GetUser', { UserName: 'bOB' })).xml).toContain('<UserName>Bob</UserName>')
  expect(await refusal('GetUser', { UserName: 'eve' })).toEqual([
    404,
    'NoSuchEntity',
    'The user with name eve cannot be found.',
  ])
})

test('what is no name, path or boundary is refused, and made nothing', async () => {
  expect(await refusal('CreateUser')).toEqual([
    400,
    'ValidationError',
    "1 validation error detected: Value null at 'userName' failed to satisfy constraint: Member must not be null",
  ])
  const wrong = [
    { UserName: '<b>' },
    { UserName: 'x'.repeat(65) },
    { UserName: '' },
    { UserName: 'a', Path: 'b' },
    { UserName: 'a', PermissionsBoundary: 'short' },
    { UserName: 'a', 'Tags.member.1.Key': 'aws:x', 'Tags.member.1.Value': '' },
    { UserName: 'a', 'Tags.member.2.Key': 'x' },
    { UserName: 'a', Tags: 'x' },
  ]
  for (const input of wrong) expect([input, (await call('CreateUser', input)).status]).toEqual([input, 400])
  expect(await refusal('CreateUser', 'UserName=a&UserName=b')).toEqual([400, 'ValidationError', expect.any(String)])
  const boundary = { UserName: 'a', PermissionsBoundary: 'arn:aws:iam::000000000000:policy/none' }
  expect(await refusal('CreateUser', boundary)).toEqual([404, 'NoSuchEntity', expect.any(String)])
  expect(await registry.services.metadata.countIdentities('000000000000', 'user')).toBe(0)
})

test('there are 5,000 users at most', async () => {
  const users = Array.from({ length: 5000 }, (_, index) => newUser(`u${index}`))
  await insertIdentities(registry, users)
  expect(await refusal('CreateUser', { UserName: 'more' })).toEqual([
    409,
    'LimitExceeded',
    'Cannot exceed quota for UsersPerAccount: 5000',
  ])
})

test('ListUsers gives pages by path, in the order of names without regard to case', async () => {
  for (const [name, path] of [
    ['b', '/x/'],
    ['A', '/x/'],
    ['C', '/x/y/'],
    ['d', '/z/'],
  ]) {
    await insertIdentities(registry, [newUser(name ?? '', { path: path ?? '' })])
  }
  const names = (xml: string) => [...xml.matchAll(/<UserName>(.*?)</g)].map(([, name]) => name)
  expect(names((await call('ListUsers')).xml)).toEqual(['A', 'b', 'C', 'd'])
  const first = await call('ListUsers', { PathPrefix: '/x', MaxItems: '2' })
  expect(names(first.xml)).toEqual(['A', 'b'])
  expect(first.xml).toContain('<IsTruncated>true</IsTruncated>')
  const [, marker = ''] = /<Marker>(.*?)</.exec(first.xml) ?? []
  const second = await call('ListUsers', { PathPrefix: '/x', MaxItems: '2', Marker: marker })
  expect(names(second.xml)).toEqual(['C'])
  expect(second.xml).toContain('<IsTruncated>false</IsTruncated>')
  expect(second.xml).not.toContain('<Marker>')
  expect(await refusal('ListUsers', { Marker: 'none' })).toEqual([400, 'ValidationError', expect.any(String)])
})

test('UpdateUser renames and moves, and keeps the id', async () => {
  await insertIdentities(registry, [newUser('bob'), newUser('eve')])
  const { status, xml } = await call('UpdateUser', { UserName: 'bob', NewUserName: 'Bob', NewPath: '/team/' })
  expect([status, xml]).toEqual([
    200,
    '<UpdateUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ResponseMetadata>' +
      '<RequestId>request-1</RequestId></ResponseMetadata></UpdateUserResponse>',
  ])
  expect(await findUser('bob')).toMatchObject({ id: 'AIDABOB', name: 'Bob', path: '/team/' })
  expect(await refusal('UpdateUser', { UserName: 'bob', NewUserName: 'EVE' })).toEqual([
    409,
    'EntityAlreadyExists',
    'User with name EVE already exists.',
  ])
  expect(await refusal('UpdateUser', { UserName: 'none', NewUserName: 'x' })).toEqual([
    404,
    'NoSuchEntity',
    expect.any(String),
  ])
  expect((await findUser('bob'))?.name).toBe('Bob')
})

describe('DeleteUser', () => {
  const group = 'AGPA1'
  const held: [string, Parameters<typeof newUser>[1], string][] = [
    ['attached', { attachedPolicies: ['arn:aws:iam::000000000000:policy/p'] }, 'must detach all policies first'],
    ['inline', { inlinePolicies: [{ name: 'p', text: '{}' }] }, 'must delete policies first'],
    ['member', { groupIds: [group] }, 'must remove users from group first'],
  ]
  test.each(held)('refuses one with something: %s', async (name, members, first) => {
    await insertIdentities(registry, [newUser(name, { inlinePolicies: [], ...members })])
    expect(await refusal('DeleteUser', { UserName: name })).toEqual([
      409,
      'DeleteConflict',
      `Cannot delete entity, ${first}.`,
    ])
    expect(await findUser(name)).toBeDefined()
  })

  test('refuses one with access keys, and deletes one with nothing', async () => {
    await call('CreateUser', { UserName: 'bob' })
    const { xml } = await call('CreateAccessKey', { UserName: 'bob' })
    const [, accessKeyId = ''] = /<AccessKeyId>(.*?)</.exec(xml) ?? []
    expect(await refusal('DeleteUser', { UserName: 'bob' })).toEqual([
      409,
      'DeleteConflict',
      'Cannot delete entity, must delete access keys first.',
    ])
    await call('DeleteAccessKey', { UserName: 'bob', AccessKeyId: accessKeyId })
    expect((await call('DeleteUser', { UserName: 'bob' })).status).toBe(200)
    expect(await refusal('DeleteUser', { UserName: 'bob' })).toEqual([404, 'NoSuchEntity', expect.any(String)])
  })
})

test('tags are added and replaced in any case, taken away, and listed in pages', async () => {
  await insertIdentities(registry, [newUser('bob', { tags: [{ key: 'Team', value: 'red' }] })])
  const tag = (key: string, value: string) =>
    call('TagUser', { UserName: 'bob', 'Tags.member.1.Key': key, 'Tags.member.1.Value': value })
  await tag('team', 'blue')
  await tag('a', '1')
  const first = await call('ListUserTags', { UserName: 'bob', MaxItems: '1' })
  expect(first.xml).toContain('<Tags><member><Key>a</Key><Value>1</Value></member></Tags>')
  const [, marker = ''] = /<Marker>(.*?)</.exec(first.xml) ?? []
  const second = await call('ListUserTags', { UserName: 'bob', Marker: marker })
  expect(second.xml).toContain('<Tags><member><Key>team</Key><Value>blue</Value></member></Tags>')
  await call('UntagUser', { UserName: 'bob', 'TagKeys.member.1': 'TEAM', 'TagKeys.member.2': 'none' })
  expect((await findUser('bob'))?.tags).toEqual([{ key: 'a', value: '1' }])
})

test('a user has 50 tags at most', async () => {
  const tags = Array.from({ length: 50 }, (_, index) => ({ key: `k${index}`, value: '' }))
  await insertIdentities(registry, [newUser('bob', { tags })])
  const more = { UserName: 'bob', 'Tags.member.1.Key': 'more', 'Tags.member.1.Value': '' }
  expect(await refusal('TagUser', more)).toEqual([409, 'LimitExceeded', expect.any(String)])
  expect((await call('TagUser', { ...more, 'Tags.member.1.Key': 'K1' })).status).toBe(200)
  expect((await findUser('bob'))?.tags).toHaveLength(50)
  const twice = {
    'Tags.member.1.Key': 'x',
    'Tags.member.1.Value': '',
    'Tags.member.2.Key': 'X',
    'Tags.member.2.Value': '',
  }
  expect(await refusal('TagUser', { UserName: 'bob', ...twice })).toEqual([
    400,
    'InvalidInput',
    'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
  ])
})

describe('without a name, GetUser is about whoever calls', () => {
  test('the root user has an ARN and no name', async () => {
    const { xml } = await call('GetUser')
    expect(xml).toContain('<User><UserId>000000000000</UserId><Arn>arn:aws:iam::000000000000:root</Arn><CreateDate>')
    expect(xml).not.toContain('<UserName>')
  })

  test('a user is found by its id, also when it has got another name', async () => {
    const user = newUser('bob')
    await insertIdentities(registry, [{ ...user, name: 'robert' }])
    expect(await runIam(registry, userPrincipal(user), 'GetUser')).toMatchObject({ User: { UserName: 'robert' } })
    const gone = runIam(registry, userPrincipal(newUser('eve')), 'GetUser')
    await expect(gone).rejects.toMatchObject({ reason: 'entity-unknown' })
  })

  test('a role is not a user', async () => {
    const role = newRole('builder')
    await insertIdentities(registry, [role])
    await expect(runIam(registry, roleSession(role), 'GetUser')).rejects.toMatchObject({
      reason: 'parameter-invalid',
      message: 'Must specify userName when calling with non-User credentials',
    })
  })
})
