import { afterEach, beforeEach, expect, test } from 'bun:test'
import { allow, deny, makeAccount, makeUser, policy } from '../../../test/support/accounts.ts'
import { callEcr } from '../../../test/support/aws-requests.ts'
import { type EventWorld, eventWorld } from '../../../test/support/event-world.ts'
import { callManage } from '../../../test/support/manage-requests.ts'
import { openTestRegistry, ROOT_AUTHORIZATION, type TestRegistry } from '../../../test/support/test-registry.ts'
import { parseRepositoryName } from '../../core/repository-name.ts'

let registry: TestRegistry
let world: EventWorld
beforeEach(async () => {
  const opened = await openTestRegistry()
  world = eventWorld(opened, [])
  registry = { ...opened, services: world.services }
})
afterEach(() => registry[Symbol.asyncDispose]())

async function list(query: string, authorization = ROOT_AUTHORIZATION): Promise<{ tags: string[]; next: number }> {
  const { status, json } = await callManage(registry, 'GET', `/events${query}`, { authorization })
  expect(status).toBe(200)
  const tags = json.events.map(({ event }: { event: { detail: { 'image-tag': string } } }) => event.detail['image-tag'])
  return { tags, next: json.next }
}

async function loginOf(name: string, accountId: string, ...statements: readonly object[]): Promise<string> {
  const { key } = await makeUser(registry, name, { accountId, policies: [policy(...statements)] })
  return `Basic ${btoa(`${key.accessKeyId}:${key.secret}`)}`
}

const pattern = (value: object) => `pattern=${encodeURIComponent(JSON.stringify(value))}`

test('ListEvents pages by sequence, of a repository or a pattern', async () => {
  for (const tag of ['v1', 'v2']) for (const repository of [1, 2]) await world.push(`${tag}-${repository}`, repository)
  expect(await list('')).toEqual({ tags: [], next: undefined as never })
  await world.sequence()
  const { json } = await callManage(registry, 'GET', '/events?limit=1')
  expect(json).toMatchObject({
    events: [{ sequence: 1, event: { source: 'aws.ecr', detail: { 'action-type': 'PUSH' } } }],
  })
  expect(await list('?limit=3')).toEqual({ tags: ['v1-1', 'v1-2', 'v2-1'], next: 3 })
  expect((await list('?after=3')).tags).toEqual(['v2-2'])
  expect((await list('?repository=team/app-2')).tags).toEqual(['v1-2', 'v2-2'])
  expect((await list(`?${pattern({ detail: { 'image-tag': [{ prefix: 'v2' }] } })}`)).tags).toEqual(['v2-1', 'v2-2'])
  const refused = await callManage(registry, 'GET', `/events?${pattern({ a: 'b' })}`)
  expect([refused.status, refused.json.error.code]).toEqual([400, 'InvalidParameter'])
})

test('a page looks at so many events and no more, and says where to go on', async () => {
  await registry.services.metadata.transact(async () => {})
  for (let number = 0; number < 2100; number++) await world.push(number === 2050 ? 'wanted' : 'other')
  await world.sequence()
  const query = pattern({ detail: { 'image-tag': ['wanted'] } })
  const first = await list(`?${query}`)
  expect(first).toEqual({ tags: [], next: 2000 })
  expect((await list(`?${query}&after=${first.next}`)).tags).toEqual(['wanted'])
})

test('events are shown to whoever may read those of their repository, and what is no repository’s to who may read all', async () => {
  const nobody = { registryId: undefined, repositoryId: undefined, repositoryName: undefined, principal: undefined }
  await world.push('v1', 1)
  await world.push('v2', 2)
  await registry.services.metadata.transact((transaction) =>
    transaction.recordEvent({ kind: 'scrub-stopped', atMs: 1, ...nobody, detail: { why: 'w', checked: 1, wrong: 1 } }),
  )
  await world.sequence()
  const { accountId } = registry.services.defaultRegistry
  const ask = allow('lading:ListEvents')
  const login = (name: string, ...statements: object[]) => loginOf(name, accountId, ask, ...statements)
  const one = 'arn:aws:ecr:us-east-1:000000000000:repository/team/app-1'
  const seen = async (authorization: string) => (await list('', authorization)).tags
  expect(await seen(await login('none'))).toEqual([])
  expect(await seen(await login('one', allow('lading:ReadEvents', one)))).toEqual(['v1'])
  expect(await seen(await login('all', allow('lading:ReadEvents')))).toEqual(['v1', 'v2', undefined as never])
  const but = await login('but', allow('lading:ReadEvents'), deny('lading:ReadEvents', one))
  expect(await seen(but)).toEqual(['v2', undefined as never])
  const { key } = await makeUser(registry, 'stranger', { policies: [policy(allow('lading:ReadEvents'))] })
  const authorization = `Basic ${btoa(`${key.accessKeyId}:${key.secret}`)}`
  expect((await callManage(registry, 'GET', '/events', { authorization })).status).toBe(403)
  expect((await callManage(registry, 'GET', '/events/stream', { authorization })).status).toBe(403)
})

test('what is said about repositories with a tag holds for their events', async () => {
  await callEcr(registry, 'CreateRepository', { repositoryName: 'team/app-1', tags: [{ Key: 'secret', Value: 'yes' }] })
  const { metadata, defaultRegistry } = registry.services
  const secret = await metadata.findRepository(defaultRegistry.id, parseRepositoryName('team/app-1'))
  expect(secret?.id).toBe(1)
  for (const repository of [1, 2]) await world.push(`v${repository}`, repository)
  await world.sequence()
  const hidden = { ...deny('lading:ReadEvents'), Condition: { StringEquals: { 'aws:ResourceTag/secret': 'yes' } } }
  const all = allow(['lading:ListEvents', 'lading:ReadEvents'])
  const seen = async (name: string, ...statements: object[]) => {
    const authorization = await loginOf(name, defaultRegistry.accountId, ...statements)
    return (await list(`?${pattern({ detail: { 'action-type': ['PUSH'] } })}`, authorization)).tags
  }
  expect(await seen('all', all)).toEqual(['v1', 'v2'])
  expect(await seen('some', all, hidden)).toEqual(['v2'])
})

test('an account is told of its own registry alone', async () => {
  await makeAccount(registry, '999999999999')
  const authorization = await loginOf('root-like', '999999999999', allow('*'))
  await world.push('v1')
  await world.sequence()
  expect((await list('', authorization)).tags).toEqual([])
})

/** Opens a stream as the server does, and reads it. */
async function follow(query = '', headers: Record<string, string> = {}, authorization = ROOT_AUTHORIZATION) {
  const { handleManageRequest } = await import('./handle.ts')
  const { requestContext } = await import('../../../test/support/request-context.ts')
  const url = `http://registry.test/api/v1/events/stream${query}`
  const request = new Request(url, { headers: { authorization, ...headers } })
  const aws = { version: '1', externalUrl: undefined }
  const response = await handleManageRequest(registry.services, request, requestContext(), aws)
  const reader = response.body?.getReader()
  if (reader === undefined) throw new Error('a stream has a body')
  const decoder = new TextDecoder()
  return {
    response,
    next: async (): Promise<string | undefined> => {
      const { value, done } = await reader.read()
      return done ? undefined : decoder.decode(value)
    },
    end: () => reader.cancel(),
  }
}

const idAndTag = (chunk: string | undefined) => {
  const [, id, data] = /^id: (\d+)\ndata: (.*)\n\n$/.exec(chunk ?? '') ?? []
  return [Number(id), JSON.parse(data ?? '{}').detail?.['image-tag']]
}

test('StreamEvents tells what happens from now on, or after the event that was seen last', async () => {
  await world.push('before')
  await world.sequence()
  const live = await follow()
  expect(live.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(await live.next()).toBe(':\n\n')
  const waiting = live.next()
  await world.push('now')
  await world.sequence()
  expect(idAndTag(await waiting)).toEqual([2, 'now'])
  const resumed = await follow('?after=0', { 'last-event-id': '1' })
  await resumed.next()
  expect(idAndTag(await resumed.next())).toEqual([2, 'now'])
  const all = await follow('?after=0')
  await all.next()
  expect(idAndTag(await all.next())).toEqual([1, 'before'])
  const filtered = await follow(`?after=0&${pattern({ detail: { 'image-tag': ['now'] } })}`)
  await filtered.next()
  expect(idAndTag(await filtered.next())).toEqual([2, 'now'])
  for (const stream of [live, resumed, all, filtered]) await stream.end()
  const wrong = await callManage(registry, 'GET', '/events/stream', { headers: { 'last-event-id': 'x' } })
  expect([wrong.status, wrong.json.error?.code ?? wrong.json]).toEqual([400, 'InvalidParameter'])
})

test('a stream ends when its credential does, when its rights do, and after an hour', async () => {
  const { accountId } = registry.services.defaultRegistry
  const everything = allow(['lading:StreamEvents', 'lading:ReadEvents'])
  const ended = await follow('', {}, await loginOf('mia', accountId, everything))
  const denied = await follow('', {}, await loginOf('ben', accountId, everything))
  const old = await follow()
  for (const stream of [ended, denied, old]) await stream.next()
  const reads = [ended, denied].map((stream) => stream.next())
  const { metadata } = registry.services
  await metadata.transact(async (transaction) => {
    const changes = await transaction.changeIdentities(accountId)
    const mia = await transaction.findIdentity(accountId, 'user', 'mia')
    const ben = await transaction.findIdentity(accountId, 'user', 'ben')
    if (mia === undefined || ben === undefined) throw new Error('both were made')
    const page = { after: undefined, limit: 1 }
    const [key] = await transaction.listIdentities(accountId, 'access-key', page, { ownerId: mia.id })
    if (key === undefined) throw new Error('mia has a key')
    await changes.replace({ ...key, state: 'inactive' })
    await changes.replace({ ...ben, inlinePolicies: [] })
  })
  registry.clock.advance(6000)
  await world.push('secret')
  await world.sequence()
  expect(await Promise.all(reads)).toEqual([undefined, undefined])
  registry.clock.advance(3_600_000)
  await world.push('late')
  const last = old.next()
  await world.sequence()
  expect(await last).toBeUndefined()
}, 20_000)

test('somebody has at most so many streams, and gets others when they end some', async () => {
  const streams = await Promise.all(Array.from({ length: 10 }, () => follow()))
  const refused = await callManage(registry, 'GET', '/events/stream')
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10'])
  for (const stream of streams) await stream.end()
  await world.push('wakes')
  await world.sequence()
  await Bun.sleep(50)
  expect(registry.services.eventHub.streams).toBe(0)
  await (await follow()).end()
})

test('closeStreams() ends what is open and lets nobody in', async () => {
  const stream = await follow()
  await stream.next()
  const last = stream.next()
  registry.services.eventHub.closeStreams()
  expect(await last).toBeUndefined()
  expect((await callManage(registry, 'GET', '/events/stream')).status).toBe(429)
})
