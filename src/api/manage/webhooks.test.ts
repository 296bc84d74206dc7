import { afterEach, beforeEach, expect, test } from 'bun:test'
import { allow, makeUser, policy } from '../../../test/support/accounts.ts'
import { type EventWorld, eventWorld } from '../../../test/support/event-world.ts'
import { callManage, type ManageOptions } from '../../../test/support/manage-requests.ts'
import { openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import { isSignedBy, startReceiver, type WebhookReceiver } from '../../../test/support/webhook-receiver.ts'

let registry: TestRegistry
let receiver: WebhookReceiver
let world: EventWorld
beforeEach(async () => {
  const opened = await openTestRegistry()
  receiver = startReceiver()
  world = eventWorld(opened, [receiver.host], { attempts: 1 })
  registry = { ...opened, services: world.services }
})
afterEach(async () => {
  await receiver[Symbol.asyncDispose]()
  await registry[Symbol.asyncDispose]()
})

const call = (method: string, path: string, options: ManageOptions = {}) => callManage(registry, method, path, options)
const put = (body: object, name = 'ci') => call('PUT', `/webhooks/${name}`, { body: { url: receiver.url, ...body } })

async function loginOf(...statements: readonly object[]): Promise<string> {
  const { key } = await makeUser(registry, 'mia', { policies: [policy(...statements)] })
  return `Basic ${btoa(`${key.accessKeyId}:${key.secret}`)}`
}

test('a webhook is put, shown, listed, changed and deleted; its secret is told once', async () => {
  const pattern = { source: ['aws.ecr'] }
  const made = await put({ pattern })
  expect(made.status).toBe(200)
  expect(made.json).toEqual({
    name: 'ci',
    url: receiver.url,
    format: 'cloudevents',
    pattern,
    state: 'enabled',
    createdAt: expect.any(String),
    secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{40}$/),
  })
  const changed = await put({ format: 'eventbridge', state: 'disabled' })
  expect(changed.json).toMatchObject({ format: 'eventbridge', state: 'disabled' })
  expect(Object.keys(changed.json)).not.toContain('secret')
  expect(Object.keys(changed.json)).not.toContain('pattern')
  expect((await call('GET', '/webhooks/ci')).json).toEqual({ ...changed.json, pending: 0, deadLetters: 0 })
  await put({}, 'another')
  const names = async (query: string) =>
    (await call('GET', `/webhooks${query}`)).json.webhooks.map(({ name }: { name: string }) => name)
  expect([await names(''), await names('?after=another')]).toEqual([['another', 'ci'], ['ci']])
  expect((await call('GET', '/webhooks?limit=1')).json.next).toBe('another')
  expect((await call('DELETE', '/webhooks/ci')).status).toBe(204)
  for (const [method, path] of [
    ['GET', '/webhooks/ci'],
    ['DELETE', '/webhooks/ci'],
    ['POST', '/webhooks/ci/test'],
    ['GET', '/webhooks/ci/dead-letters'],
  ] as const) {
    const { status, json } = await call(method, path)
    expect([status, json.error.message]).toEqual([404, 'There is no webhook called ci.'])
  }
})

test.each([
  [
    { url: 'http://example.com/' },
    "The webhook's address must begin with https://, unless LADING_WEBHOOK_ALLOWED_HOSTS names it.",
  ],
  [
    { url: 'https://169.254.169.254/latest' },
    "The webhook's address must have the name of a host, unless LADING_WEBHOOK_ALLOWED_HOSTS names it.",
  ],
  [{ pattern: {} }, 'The pattern must be an object with members.'],
  [
    { pattern: { source: 'aws.ecr' } },
    'The pattern at source must be a list of what it may be, or an object with members.',
  ],
  [{ pattern: { a: ['x'.repeat(3000)] } }, 'The pattern must have at most 2048 characters.'],
  [{ state: 'on' }, 'state: Invalid option: expected one of "enabled"|"disabled".'],
])('PutWebhook refuses %j', async (body, sentence) => {
  const { status, json } = await put(body)
  expect([status, json.error.message]).toEqual([400, sentence])
})

test('there are at most so many', async () => {
  for (let number = 0; number < 100; number++) expect((await put({}, `w${number}`)).status).toBe(200)
  const { status, json } = await put({}, 'one-more')
  expect([status, json.error.code]).toEqual([400, 'LimitExceeded'])
  expect((await put({ state: 'disabled' }, 'w7')).status).toBe(200)
})

test('whoever may not read every event cannot have them sent to themselves', async () => {
  const authorization = await loginOf(
    allow('lading:*Webhook*'),
    allow('lading:ReadEvents', 'arn:aws:ecr:*:*:repository/team/*'),
  )
  const tried = await call('PUT', '/webhooks/mine', { authorization, body: { url: receiver.url } })
  expect([tried.status, tried.json.error.code]).toEqual([403, 'AccessDenied'])
  expect(tried.json.error.message).toContain('is not authorized to perform: lading:ReadEvents on resource: *')
  await put({})
  const rotated = await call('POST', '/webhooks/ci/rotate-secret', { authorization, body: {} })
  expect(rotated.status).toBe(403)
})

test('TestWebhook sends one ping, whatever the state and pattern, and says what came of it', async () => {
  const { json } = await put({ state: 'disabled', pattern: { source: ['nobody'] }, format: 'eventbridge' })
  expect((await call('POST', '/webhooks/ci/test')).json).toEqual({ delivered: true, status: 204 })
  const [ping] = receiver.received
  expect(ping?.body).toMatchObject({ source: 'lading', 'detail-type': 'Lading Ping', detail: { webhook: 'ci' } })
  expect(isSignedBy(json.secret, ping?.headers ?? new Headers(), JSON.stringify(ping?.body))).toBe(true)
  receiver.answerWith(() => 500)
  expect((await call('POST', '/webhooks/ci/test')).json).toEqual({
    delivered: false,
    status: 500,
    problem: 'The receiver answered with status 500.',
  })
  expect(receiver.received).toHaveLength(2)
})

test('RotateWebhookSecret gives another secret, and says how long the one before is good', async () => {
  const { json: made } = await put({})
  const { json: rotated } = await call('POST', '/webhooks/ci/rotate-secret', { body: { previousValidSeconds: 60 } })
  expect(rotated.secret).toMatch(/^whsec_/)
  expect(rotated.secret).not.toBe(made.secret)
  expect(Date.parse(rotated.previousSecretValidUntil) - registry.clock.nowMs()).toBe(60_000)
  registry.clock.advance(60_000)
  expect(Object.keys((await call('GET', '/webhooks/ci')).json)).not.toContain('previousSecretValidUntil')
})

test('dead letters are listed, replayed and dropped', async () => {
  await put({ format: 'eventbridge' })
  receiver.answerWith(() => 500)
  for (const tag of ['v1', 'v2', 'v3']) await world.push(tag)
  await world.sequence()
  await world.deliver()
  const { json } = await call('GET', '/webhooks/ci/dead-letters?limit=2')
  expect(json).toEqual({
    deadLetters: [1, 2].map((sequence) => ({
      sequence,
      kind: 'image-pushed',
      repositoryName: 'team/app-1',
      time: expect.any(String),
      attempts: 1,
      lastError: 'The receiver answered with status 500.',
    })),
    next: 2,
  })
  expect((await call('GET', '/webhooks/ci')).json).toMatchObject({ pending: 0, deadLetters: 3 })
  receiver.answerWith(() => 200)
  const replay = (body: object) => call('POST', '/webhooks/ci/dead-letters/replay', { body })
  expect((await replay({ sequences: [2, 77] })).json).toEqual({ replayed: 1 })
  await world.deliver()
  expect(receiver.accepted().map(({ tag }) => tag)).toEqual(['v2'])
  const drop = await call('POST', '/webhooks/ci/dead-letters/drop', { body: { sequences: [1] } })
  expect(drop.json).toEqual({ dropped: 1 })
  expect((await replay({})).json).toEqual({ replayed: 1 })
  await world.deliver()
  expect(receiver.accepted().map(({ tag }) => tag)).toEqual(['v2', 'v3'])
})
