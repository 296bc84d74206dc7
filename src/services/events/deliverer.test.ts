import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { makeAccount } from '../../../test/support/accounts.ts'
import { type EventWorld, eventWorld } from '../../../test/support/event-world.ts'
import { openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import { isSignedBy, orderOf, startReceiver, type WebhookReceiver } from '../../../test/support/webhook-receiver.ts'
import { rootPrincipal } from '../../core/principal.ts'
import { testWebhook } from './test-webhook.ts'
import { rotateWebhookSecret } from './webhooks.ts'

const HOUR_MS = 3_600_000

describe('Deliverer', () => {
  let registry: TestRegistry
  let receiver: WebhookReceiver
  let world: EventWorld
  beforeEach(async () => {
    registry = await openTestRegistry()
    receiver = startReceiver()
    world = eventWorld(registry, [receiver.host])
  })
  afterEach(async () => {
    await receiver[Symbol.asyncDispose]()
    await registry[Symbol.asyncDispose]()
  })

  const tags = () => receiver.accepted().map(({ tag }) => tag)
  async function pump(): Promise<void> {
    await world.sequence()
    await world.deliver()
  }

  test('what happens is sent once, in order, signed, and as the webhook wants it', async () => {
    const { secret } = await world.put({ url: receiver.url })
    const cloud = startReceiver()
    const both = eventWorld(registry, [receiver.host, cloud.host])
    await both.put({ url: cloud.url, name: 'cloud', format: 'cloudevents' })
    for (const tag of ['v1', 'v2', 'v3']) await world.push(tag)
    await both.sequence()
    await both.deliver()
    expect(tags()).toEqual(['v1', 'v2', 'v3'])
    const [first] = receiver.received
    expect(first?.body).toMatchObject({ source: 'aws.ecr', 'detail-type': 'ECR Image Action', account: '000000000000' })
    expect(first?.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(isSignedBy(secret, first?.headers ?? new Headers(), JSON.stringify(first?.body))).toBe(true)
    expect(isSignedBy(`whsec_${btoa('another')}`, first?.headers ?? new Headers(), JSON.stringify(first?.body))).toBe(
      false,
    )
    expect(first?.headers.get('webhook-timestamp')).toBe(String(Math.floor(registry.clock.nowMs() / 1000)))
    expect(cloud.received.map(({ body }) => [body.specversion, body.type, body.id])).toEqual(
      receiver.received.map(({ id }) => ['1.0', 'dev.lading.image-pushed', id]),
    )
    expect(cloud.received[0]?.headers.get('content-type')).toBe('application/cloudevents+json; charset=utf-8')
    await both.deliver()
    expect(receiver.received).toHaveLength(3)
    await cloud[Symbol.asyncDispose]()
  })

  test('a failure is tried again with the same id, later and later, and holds up its own repository alone', async () => {
    await world.put({ url: receiver.url })
    receiver.answerWith(({ repository }) => (repository === 'team/app-1' ? 500 : 204))
    for (const tag of ['v1', 'v2']) for (const repository of [1, 2]) await world.push(tag, repository)
    await pump()
    expect(receiver.received.map(({ repository, tag, status }) => [repository, tag, status]).toSorted()).toEqual([
      ['team/app-1', 'v1', 500],
      ['team/app-2', 'v1', 204],
      ['team/app-2', 'v2', 204],
    ])
    registry.clock.advance(1400)
    await world.deliver()
    expect(receiver.received).toHaveLength(3)
    registry.clock.advance(1200)
    await world.deliver()
    expect(receiver.received).toHaveLength(4)
    receiver.answerWith(() => 200)
    registry.clock.advance(10_000)
    await world.deliver()
    expect(tags().slice(2)).toEqual(['v1', 'v2'])
    const ids = receiver.received.filter(({ repository, tag }) => repository === 'team/app-1' && tag === 'v1')
    expect(new Set(ids.map(({ id }) => id)).size).toBe(1)
    expect(world.outcomes.filter((outcome) => outcome === 'failed')).toHaveLength(2)
  })

  test('a receiver that asks for more time gets it', async () => {
    await world.put({ url: receiver.url })
    receiver.answerWith(() => new Response(null, { status: 429, headers: { 'retry-after': '600' } }))
    await world.push('v1')
    await pump()
    receiver.answerWith(() => 204)
    registry.clock.advance(599_000)
    await world.deliver()
    expect(tags()).toEqual([])
    registry.clock.advance(2000)
    await world.deliver()
    expect(tags()).toEqual(['v1'])
  })

  test('after so many attempts it is a dead letter, and the next one has its turn', async () => {
    const { webhook } = await world.put({ url: receiver.url })
    receiver.answerWith(({ tag }) => (tag === 'v1' ? new Response(null, { status: 302 }) : 204))
    for (const tag of ['v1', 'v2']) await world.push(tag)
    await pump()
    for (let attempt = 1; attempt < 5; attempt++) {
      registry.clock.advance(HOUR_MS)
      await world.deliver()
    }
    expect(receiver.received.filter(({ tag }) => tag === 'v1')).toHaveLength(5)
    expect(tags()).toEqual(['v2'])
    expect(await world.services.metadata.listDeadLetters(webhook.id, { limit: 9 })).toMatchObject([
      { sequence: 1, attempts: 5, lastError: 'The receiver answered with status 302.' },
    ])
  })

  test('a pattern chooses, and what happened before a webhook was put is not sent', async () => {
    await world.push('before')
    await world.sequence()
    await world.put({ url: receiver.url, pattern: '{"detail":{"image-tag":[{"prefix":"v"}]}}' })
    for (const tag of ['v1', 'latest', 'v2']) await world.push(tag)
    await pump()
    expect(tags()).toEqual(['v1', 'v2'])
  })

  test('one that is disabled is sent nothing, takes nothing, and goes on with what waited', async () => {
    await world.put({ url: receiver.url })
    await world.push('waits')
    await world.sequence()
    await world.put({ url: receiver.url, state: 'disabled' })
    await world.push('missed')
    await pump()
    registry.clock.advance(HOUR_MS)
    await world.deliver()
    expect(receiver.received).toEqual([])
    await world.put({ url: receiver.url })
    await world.push('after')
    await pump()
    expect(tags()).toEqual(['waits', 'after'])
  })

  test('both secrets sign until the time of the old one is over', async () => {
    const { secret: before } = await world.put({ url: receiver.url })
    const rotation = { name: 'ci', previousForMs: HOUR_MS }
    const { secret: after } = await rotateWebhookSecret(world.services, registry.caller, rotation)
    const signedBy = async (tag: string) => {
      await world.push(tag)
      await pump()
      const { headers, body } = receiver.received.at(-1) ?? { headers: new Headers(), body: undefined }
      return [before, after].map((secret) => isSignedBy(secret, headers, JSON.stringify(body)))
    }
    expect(await signedBy('v1')).toEqual([true, true])
    registry.clock.advance(HOUR_MS)
    expect(await signedBy('v2')).toEqual([false, true])
  })

  test('a receiver that hangs takes a few places and no others', async () => {
    const good = startReceiver()
    const both = eventWorld(registry, [receiver.host, good.host], { timeoutMs: 300 })
    await both.put({ url: receiver.url, name: 'hangs' })
    await both.put({ url: good.url, name: 'takes' })
    let most = 0
    let running = 0
    receiver.answerWith(async () => {
      most = Math.max(most, ++running)
      await Bun.sleep(600)
      running--
      return 204
    })
    for (let repository = 1; repository <= 40; repository++) await both.push('v1', repository)
    await both.sequence()
    const delivering = both.deliver()
    while (good.received.length < 40) await Bun.sleep(10)
    expect(both.outcomes.filter((outcome) => outcome === 'failed').length).toBeLessThan(20)
    // Those that were given up by us still run there.
    expect(most).toBeLessThanOrEqual(12)
    expect(most).toBeGreaterThan(1)
    await delivering
    await good[Symbol.asyncDispose]()
  })

  test('the slow receivers of one account leave half of all places to others', async () => {
    const account = await makeAccount(registry, '111122223333')
    const principal = rootPrincipal('111122223333', 'AKIAOTHEROTHEROTHER')
    const theirs = { ...registry, caller: { ...registry.caller, registry: account, principal } }
    const other = eventWorld(theirs, [receiver.host])
    for (let webhook = 0; webhook < 8; webhook++) await other.put({ url: receiver.url, name: `slow-${webhook}` })
    let [most, running] = [0, 0]
    receiver.answerWith(async () => {
      most = Math.max(most, ++running)
      await Bun.sleep(50)
      running--
      return 204
    })
    for (let repository = 1; repository <= 5; repository++) await other.push('v1', repository)
    const good = startReceiver()
    const both = eventWorld(registry, [receiver.host, good.host])
    await both.put({ url: good.url, name: 'takes' })
    await both.push('v1', 9)
    await both.sequence()
    await both.deliver()
    expect([good.received.length, receiver.received.length, most]).toEqual([1, 40, 12])
    await good[Symbol.asyncDispose]()
  })

  test('pings leave places to deliveries, however many are asked for at once', async () => {
    await world.put({ url: receiver.url })
    let [most, running] = [0, 0]
    receiver.answerWith(async () => {
      most = Math.max(most, ++running)
      await Bun.sleep(20)
      running--
      return 204
    })
    const pings = Array.from({ length: 10 }, () => testWebhook(world.services, registry.caller, 'ci'))
    expect((await Promise.all(pings)).every(({ isDelivered }) => isDelivered)).toBe(true)
    expect(most).toBe(4)
  })

  test('two that work on one store send each line once, and in order', async () => {
    await world.put({ url: receiver.url })
    const another = eventWorld(registry, [receiver.host])
    receiver.answerWith(() => Bun.sleep(1).then(() => 204))
    const wanted = ['v1', 'v2', 'v3', 'v4', 'v5']
    for (const tag of wanted) for (let repository = 1; repository <= 8; repository++) await world.push(tag, repository)
    await world.sequence()
    await Promise.all([world.deliver(), another.deliver()])
    expect(receiver.received).toHaveLength(40)
    expect(Object.values(orderOf(receiver.accepted()))).toEqual(new Array(8).fill(wanted))
    expect(Math.min(world.outcomes.length, another.outcomes.length)).toBeGreaterThan(0)
  })

  test('a stop ends what is under way, which is no failure, and whoever comes next sends it', async () => {
    await world.put({ url: receiver.url })
    await world.push('v1')
    await world.sequence()
    receiver.answerWith(async () => {
      await Bun.sleep(500)
      return 204
    })
    await world.deliver(AbortSignal.timeout(50))
    expect(world.outcomes).toEqual([])
    receiver.answerWith(() => 204)
    await world.deliver()
    expect(world.outcomes).toEqual(['delivered'])
  })
})

type Step =
  | { readonly does: 'push'; readonly repository: number }
  | { readonly does: 'deliver' }
  | { readonly does: 'sequence' }
  | { readonly does: 'wait'; readonly ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ does: fc.constant('push' as const), repository: fc.integer({ min: 1, max: 3 }) }),
  fc.constant({ does: 'deliver' as const }),
  fc.constant({ does: 'sequence' as const }),
  fc.record({ does: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 20_000 }) }),
)

test('however a receiver fails, every event arrives, in order of its repository', async () => {
  const answers = fc.array(fc.constantFrom(204, 204, 500, 503, 0), { maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), answers, async (steps, planned) => {
      await using registry = await openTestRegistry()
      await using receiver = startReceiver()
      const world = eventWorld(registry, [receiver.host], { attempts: 1000, timeoutMs: 100 })
      await world.put({ url: receiver.url })
      const left = [...planned]
      receiver.answerWith(async () => {
        const next = left.shift() ?? 204
        if (next === 0) await Bun.sleep(150)
        return next === 0 ? 599 : next
      })
      const pushed: Record<string, string[]> = {}
      for (const [index, each] of steps.entries()) {
        if (each.does === 'deliver') await world.deliver()
        else if (each.does === 'sequence') await world.sequence()
        else if (each.does === 'wait') registry.clock.advance(each.ms)
        else if (each.does === 'push') {
          const name = `team/app-${each.repository}`
          pushed[name] = [...(pushed[name] ?? []), `v${index}`]
          await world.push(`v${index}`, each.repository)
        }
      }
      await world.sequence()
      left.length = 0
      for (let rounds = 0; rounds < 3; rounds++) {
        registry.clock.advance(HOUR_MS)
        await world.deliver()
      }
      expect(orderOf(receiver.accepted())).toEqual(pushed)
    }),
    { numRuns: 30 },
  )
}, 60_000)
