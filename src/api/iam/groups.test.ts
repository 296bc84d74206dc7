import { afterEach, beforeEach, expect, test } from 'bun:test'
import { callQuery } from '../../../test/support/aws-requests.ts'
import { insertIdentities, newUser } from '../../../test/support/identities.ts'
import { openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import type { Group } from '../../ports/metadata/identity.ts'

const ACCOUNT = '000000000000'

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
})
afterEach(async () => {
  await registry[Symbol.asyncDispose]()
})

const call = (operation: string, input: Record<string, string> = {}) => callQuery(registry, operation, input)

async function refusal(operation: string, input: Record<string, string> = {}) {
  const { status, code, message } = await call(operation, input)
  return [status, code, message]
}

function newGroup(name: string, members: Partial<Group> = {}): Group {
  const empty = { tags: [], inlinePolicies: [], attachedPolicies: [] }
  return { kind: 'group', id: `AGPA${name.toUpperCase()}`, name, path: '/', createdAtMs: 1, ...empty, ...members }
}

const names = (xml: string, member: string) =>
  [...xml.matchAll(new RegExp(`<${member}>(.*?)<`, 'g'))].map(([, name]) => name)

test('CreateGroup, GetGroup and UpdateGroup', async () => {
  const { xml } = await call('CreateGroup', { GroupName: 'Devs', Path: '/team/' })
  expect(xml).toMatch(/<GroupId>AGPA[A-Z2-7]{17}<\/GroupId><Arn>arn:aws:iam::000000000000:group\/team\/Devs<\/Arn>/)
  expect(await refusal('CreateGroup', { GroupName: 'devs' })).toEqual([
    409,
    'EntityAlreadyExists',
    'Group with name devs already exists.',
  ])
  expect((await call('UpdateGroup', { GroupName: 'devs', NewGroupName: 'Ops', NewPath: '/' })).status).toBe(200)
  const { xml: got } = await call('GetGroup', { GroupName: 'ops' })
  expect(got).toContain('<Arn>arn:aws:iam::000000000000:group/Ops</Arn>')
  expect(got).toContain('<Users></Users><IsTruncated>false</IsTruncated>')
  expect(await refusal('GetGroup', { GroupName: 'devs' })).toEqual([
    404,
    'NoSuchEntity',
    'The group with name devs cannot be found.',
  ])
  await call('CreateGroup', { GroupName: 'other' })
  expect(await refusal('UpdateGroup', { GroupName: 'other', NewGroupName: 'OPS' })).toEqual([
    409,
    'EntityAlreadyExists',
    expect.any(String),
  ])
})

test('there are 500 groups at most', async () => {
  await insertIdentities(
    registry,
    Array.from({ length: 500 }, (_, index) => newGroup(`g${index}`)),
  )
  expect(await refusal('CreateGroup', { GroupName: 'more' })).toEqual([
    409,
    'LimitExceeded',
    'Cannot exceed quota for GroupsPerAccount: 500',
  ])
})

test('users come into groups once, and out of them', async () => {
  await insertIdentities(registry, [newGroup('devs'), newGroup('ops'), newUser('bob'), newUser('eve')])
  const member = (operation: string, GroupName: string, UserName: string) => call(operation, { GroupName, UserName })
  for (const [group, user] of [
    ['devs', 'bob'],
    ['devs', 'bob'],
    ['devs', 'eve'],
    ['ops', 'bob'],
  ] as const) {
    expect((await member('AddUserToGroup', group, user)).status).toBe(200)
  }
  expect(names((await call('ListGroupsForUser', { UserName: 'bob' })).xml, 'GroupName')).toEqual(['devs', 'ops'])
  const first = await call('GetGroup', { GroupName: 'devs', MaxItems: '1' })
  expect(names(first.xml, 'UserName')).toEqual(['bob'])
  const [Marker = ''] = names(first.xml, 'Marker')
  const second = await call('GetGroup', { GroupName: 'devs', MaxItems: '1', Marker })
  expect([names(second.xml, 'UserName'), names(second.xml, 'IsTruncated')]).toEqual([['eve'], ['false']])
  await member('RemoveUserFromGroup', 'devs', 'bob')
  await member('RemoveUserFromGroup', 'devs', 'bob')
  expect(names((await call('ListGroupsForUser', { UserName: 'bob' })).xml, 'GroupName')).toEqual(['ops'])
  expect(await refusal('AddUserToGroup', { GroupName: 'none', UserName: 'bob' })).toEqual([
    404,
    'NoSuchEntity',
    expect.any(String),
  ])
  expect(await refusal('AddUserToGroup', { GroupName: 'ops', UserName: 'none' })).toEqual([
    404,
    'NoSuchEntity',
    expect.any(String),
  ])
})

test('a user is in ten groups at most', async () => {
  const groups = Array.from({ length: 11 }, (_, index) => newGroup(`g${index}`))
  await insertIdentities(registry, [...groups, newUser('bob', { groupIds: groups.slice(0, 10).map(({ id }) => id) })])
  expect(await refusal('AddUserToGroup', { GroupName: 'g10', UserName: 'bob' })).toEqual([
    409,
    'LimitExceeded',
    'Cannot exceed quota for GroupsPerUser: 10',
  ])
  const { xml } = await call('ListGroupsForUser', { UserName: 'bob', MaxItems: '4' })
  expect(names(xml, 'GroupName')).toEqual(['g0', 'g1', 'g2', 'g3'])
})

test('DeleteGroup refuses one that has anything', async () => {
  const text = '{}'
  await insertIdentities(registry, [
    newGroup('members'),
    newUser('bob', { groupIds: ['AGPAMEMBERS'] }),
    newGroup('attached', { attachedPolicies: ['arn:aws:iam::000000000000:policy/p'] }),
    newGroup('inline', { inlinePolicies: [{ name: 'p', text }] }),
    newGroup('empty'),
  ])
  const first = async (GroupName: string) => (await call('DeleteGroup', { GroupName })).message
  expect(await first('members')).toBe('Cannot delete entity, must remove users from group first.')
  expect(await first('attached')).toBe('Cannot delete entity, must detach all policies first.')
  expect(await first('inline')).toBe('Cannot delete entity, must delete policies first.')
  expect(await refusal('DeleteGroup', { GroupName: 'inline' })).toEqual([409, 'DeleteConflict', expect.any(String)])
  expect((await call('DeleteGroup', { GroupName: 'empty' })).status).toBe(200)
  expect(await registry.services.metadata.countIdentities(ACCOUNT, 'group')).toBe(3)
})

test('ListGroups gives pages by path', async () => {
  await insertIdentities(registry, [newGroup('B', { path: '/x/' }), newGroup('a', { path: '/x/' }), newGroup('c')])
  const first = await call('ListGroups', { PathPrefix: '/x/', MaxItems: '1' })
  expect(names(first.xml, 'GroupName')).toEqual(['a'])
  const [Marker = ''] = names(first.xml, 'Marker')
  expect(names((await call('ListGroups', { PathPrefix: '/x/', Marker })).xml, 'GroupName')).toEqual(['B'])
})
