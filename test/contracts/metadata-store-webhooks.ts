import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { DeliveryLine, LineTurn, NewWebhook, Webhook } from '../../src/ports/metadata/webhooks.ts'
import type { MetadataStore, MetadataTransaction } from '../../src/ports/metadata-store.ts'
import { pushedEvent, record, sequence } from './metadata-store-events.ts'
import type { MetadataStoreFixture, OpenMetadataStore } from './metadata-store-fixture.ts'

function newWebhook(name: string, change: Partial<NewWebhook> = {}): NewWebhook {
  return {
    registryId: 1,
    name,
    url: 'https://example.com/hook',
    format: 'cloudevents',
    pattern: undefined,
    sealedSecret: 'sealed',
    previous: undefined,
    state: 'enabled',
    createdAtMs: 5,
    cursor: 0,
    ...change,
  }
}

export function testWebhooks(open: OpenMetadataStore): void {
  describe('webhooks', () => {
    let fixture: MetadataStoreFixture
    let store: MetadataStore
    beforeEach(async () => {
      fixture = await open()
      store = fixture.store
    })
    afterEach(() => fixture.close())

    const within = <Result>(work: (transaction: MetadataTransaction) => Promise<Result>) => store.transact(work)
    async function insert(name: string, change: Partial<NewWebhook> = {}): Promise<Webhook> {
      const webhook = await within((transaction) => transaction.insertWebhook(newWebhook(name, change)))
      if (webhook === undefined) throw new Error(`${name} exists`)
      return webhook
    }
    /** Events 1 to `count` of repositories 1 and 2 by turns, on their way to the webhook since 100. */
    async function deliver({ id: webhookId }: Webhook, count: number): Promise<void> {
      const numbers = Array.from({ length: count }, (_, index) => index + 1)
      await record(store, ...numbers.map((number) => pushedEvent(number, 2 - (number % 2))))
      await sequence(store)
      const added = numbers.map((number) => ({ webhookId, repositoryId: 2 - (number % 2), sequence: number }))
      await within((transaction) => transaction.addDeliveries(added, 100))
    }
    const due = async (nowMs: number, except: readonly number[] = []) =>
      (await store.listDueLines(nowMs, except, 10)).map((line) => line.repositoryId)
    const lease = (line: DeliveryLine, leaseId: string, nowMs: number, untilMs = nowMs + 50) =>
      within((transaction) => transaction.leaseLine(line, { leaseId, nowMs, untilMs }))

    const firstOf = async (line: DeliveryLine) => (await store.listPendingDeliveries(line, 1))[0]
    const finish = (line: DeliveryLine, leaseId: string, turn: LineTurn) =>
      within((transaction) => transaction.finishTurn(line, leaseId, turn))

    test('a webhook comes back as it was put, once by its name in its registry', async () => {
      const previous = { sealedSecret: 'before', untilMs: 7 }
      const full = newWebhook('ci', { pattern: '{"a":[1]}', previous, format: 'eventbridge', cursor: 3 })
      const webhook = await insert('ci', full)
      expect(webhook).toEqual({ ...full, id: webhook.id })
      expect(await within((transaction) => transaction.insertWebhook(newWebhook('ci')))).toBeUndefined()
      const other = await insert('ci', { registryId: 2 })
      expect(await store.findWebhook(1, 'ci')).toEqual(webhook)
      expect(await store.findWebhookById(other.id)).toEqual(other)
      expect(await store.findWebhook(1, 'nothing')).toBeUndefined()
      const a = await insert('a')
      expect(await store.listWebhooks(1, { limit: 10 })).toEqual([a, webhook])
      expect(await store.listWebhooks(1, { after: 'a', limit: 10 })).toEqual([webhook])
      expect(await store.countWebhooks(1)).toBe(2)
      const changed = { ...webhook, pattern: undefined, previous: undefined, state: 'disabled' as const, cursor: 9 }
      await within(async (transaction) => {
        expect(await transaction.lockWebhook(1, 'ci')).toEqual(webhook)
        await transaction.updateWebhook(changed)
      })
      expect(await store.findWebhook(1, 'ci')).toEqual(changed)
      expect(await within((transaction) => transaction.lockEnabledWebhooks(1))).toEqual([a])
    })

    test('each repository has a line of its own, whose deliveries come one after the other', async () => {
      const webhook = await insert('ci')
      const line = { webhookId: webhook.id, repositoryId: 1 }
      await deliver(webhook, 4)
      expect([await due(99), await due(100), await due(100, [webhook.id])]).toEqual([[], [1, 2], []])
      expect(await lease(line, 'one', 100)).toBe(true)
      expect(await lease(line, 'two', 100)).toBe(false)
      expect(await due(100)).toEqual([2])
      expect(await store.listPendingDeliveries(line, 10)).toEqual([
        { sequence: 1, attempts: 0, event: pushedEvent(1, 1) },
        { sequence: 3, attempts: 0, event: pushedEvent(3, 1) },
      ])
      expect(await firstOf(line)).toMatchObject({ sequence: 1 })
      expect(await finish(line, 'two', { delivered: [1, 3], dueAtMs: 150 })).toBe(false)
      expect(await finish(line, 'one', { delivered: [1], dueAtMs: 150 })).toBe(true)
      expect((await firstOf(line))?.sequence).toBe(3)
      expect([await due(149), await due(150)]).toEqual([[2], [2, 1]])
      await lease(line, 'three', 150)
      expect(await finish(line, 'three', { delivered: [3], dueAtMs: 0 })).toBe(true)
      expect([await firstOf(line), await due(1000)]).toEqual([undefined, [2]])
    })

    test('a lease that nobody gives back ends by itself, and then its holder notes nothing any more', async () => {
      const webhook = await insert('ci')
      const line = { webhookId: webhook.id, repositoryId: 1 }
      await deliver(webhook, 1)
      expect(await lease(line, 'killed', 100)).toBe(true)
      expect([await lease(line, 'next', 149), await lease(line, 'next', 150)]).toEqual([false, true])
      expect(await finish(line, 'killed', { delivered: [1], dueAtMs: 0 })).toBe(false)
      expect((await firstOf(line))?.sequence).toBe(1)
    })

    test('what fails is due again later with its attempts counted, and what is given up makes room', async () => {
      const webhook = await insert('ci')
      const line = { webhookId: webhook.id, repositoryId: 1 }
      await deliver(webhook, 3)
      await lease(line, 'one', 100)
      const failed = { sequence: 1, lastError: 'status 500', isDead: false }
      await finish(line, 'one', { delivered: [], failed, dueAtMs: 400 })
      expect([await due(399), await due(400)]).toEqual([[2], [2, 1]])
      expect(await firstOf(line)).toMatchObject({ sequence: 1, attempts: 1 })
      await lease(line, 'two', 400)
      const dead = { sequence: 1, lastError: 'status 410', isDead: true }
      await finish(line, 'two', { delivered: [], failed: dead, dueAtMs: 500 })
      expect((await firstOf(line))?.sequence).toBe(3)
      expect(await store.listDeadLetters(webhook.id, { limit: 10 })).toEqual([
        { sequence: 1, attempts: 2, lastError: 'status 410', event: pushedEvent(1, 1) },
      ])
      expect(await store.countDeliveries(webhook.id)).toEqual({ pending: 2, dead: 1 })
    })

    test('dead letters are replayed and dropped, all of them or by their sequences', async () => {
      const webhook = await insert('ci')
      await deliver(webhook, 6)
      for (const repositoryId of [1, 2]) {
        const line = { webhookId: webhook.id, repositoryId }
        for (const number of [0, 2, 4]) {
          await lease(line, 'one', 100)
          const failed = { sequence: number + repositoryId, lastError: 'no', isDead: true }
          await finish(line, 'one', { delivered: [], failed, dueAtMs: 100 })
        }
      }
      const dead = async () => (await store.listDeadLetters(webhook.id, { limit: 10 })).map((letter) => letter.sequence)
      expect([await dead(), await due(1000)]).toEqual([[1, 2, 3, 4, 5, 6], []])
      const page = await store.listDeadLetters(webhook.id, { after: 4, limit: 1 })
      expect(page.map((letter) => letter.sequence)).toEqual([5])
      const at = { dueAtMs: 700, limit: 10 }
      expect(await within((transaction) => transaction.replayDeadLetters(webhook.id, [1, 3, 99], at))).toBe(2)
      expect([await dead(), await due(700)]).toEqual([[2, 4, 5, 6], [1]])
      expect(await firstOf({ webhookId: webhook.id, repositoryId: 1 })).toMatchObject({ sequence: 1, attempts: 0 })
      expect(await within((transaction) => transaction.dropDeadLetters(webhook.id, [2, 1], 10))).toBe(1)
      expect(await within((transaction) => transaction.dropDeadLetters(webhook.id, 'all', 1))).toBe(1)
      expect(await dead()).toEqual([5, 6])
      expect(await within((transaction) => transaction.replayDeadLetters(webhook.id, 'all', at))).toBe(2)
      expect([await dead(), await due(700)]).toEqual([[], [1, 2]])
    })

    test('rescheduleLines() moves what nobody has a lease on', async () => {
      const webhook = await insert('ci')
      await deliver(webhook, 2)
      await lease({ webhookId: webhook.id, repositoryId: 1 }, 'one', 100, 150)
      await within((transaction) => transaction.rescheduleLines(webhook.id, 10))
      expect([await due(10), await due(150)]).toEqual([[2], [2, 1]])
    })

    test('a webhook that is deleted has no lines, and its deliveries go a few at a time', async () => {
      const [webhook, other] = [await insert('ci'), await insert('other')]
      await deliver(webhook, 3)
      await within((transaction) =>
        transaction.addDeliveries([{ webhookId: other.id, repositoryId: 1, sequence: 1 }], 100),
      )
      await within((transaction) => transaction.deleteWebhook(webhook.id))
      expect([await store.findWebhook(1, 'ci'), await due(1000)]).toEqual([undefined, [1]])
      const take = () => within((transaction) => transaction.deleteDeliveries(webhook.id, 2))
      expect([await take(), await take(), await take()]).toEqual([2, 1, 0])
      expect(await store.countDeliveries(other.id)).toEqual({ pending: 1, dead: 0 })
    })

    test('what was to be delivered of an event is forgotten with it', async () => {
      const webhook = await insert('ci')
      await deliver(webhook, 3)
      expect(await within((transaction) => transaction.deleteEventsBefore(3, 10))).toBe(2)
      expect(await store.countDeliveries(webhook.id)).toEqual({ pending: 1, dead: 0 })
    })

    test('a line is not forgotten while something is added to it', async () => {
      const webhook = await insert('ci')
      const line = { webhookId: webhook.id, repositoryId: 1 }
      await record(store, ...Array.from({ length: 40 }, (_, index) => pushedEvent(index + 1)))
      await sequence(store)
      const add = (number: number) =>
        within((transaction) => transaction.addDeliveries([{ ...line, sequence: number }], 0))
      const takeAll = async (leaseId: string) => {
        if (!(await lease(line, leaseId, 0, 1))) return
        const pending = await store.listPendingDeliveries(line, 10)
        await finish(line, leaseId, { delivered: pending.map((each) => each.sequence), dueAtMs: 0 })
      }
      await Promise.all(
        Array.from({ length: 40 }, async (_, index) => {
          await add(index + 1)
          await takeAll(`lease ${index}`)
        }),
      )
      for (let round = 0; round < 5; round++) await takeAll(`last ${round}`)
      expect(await store.countDeliveries(webhook.id)).toEqual({ pending: 0, dead: 0 })
      expect(await due(1000)).toEqual([])
    })
  })
}
