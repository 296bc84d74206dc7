import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { EventRecord } from '../../src/ports/metadata/event-record.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import { digest, type MetadataStoreFixture, type OpenMetadataStore, tag } from './metadata-store-fixture.ts'

const PRINCIPAL = 'arn:aws:iam::000000000000:root'

/** The nth push, of a repository that need not be there. */
export function pushedEvent(number: number, repositoryId = 1, registryId = 1): EventRecord {
  const place = { registryId, repositoryId, repositoryName: `team/app-${repositoryId}`, principal: PRINCIPAL }
  const image = { digest: digest(`image ${number}`), mediaType: 'type', requestId: 'r' }
  return { kind: 'image-pushed', atMs: number, ...place, detail: { ...image, tag: tag(`v${number}`) } }
}

/** Gives places as the sequencer does, on what the lock gives. @returns how many */
export async function sequence(store: MetadataStore, limit = 100, ofNobody = 1): Promise<number> {
  return await store.transact(async (transaction) => {
    const head = await transaction.lockEventHead()
    const waiting = await transaction.listUnsequencedEvents(limit)
    const places = waiting.map(({ id, registryId = ofNobody }, index) => ({
      id,
      sequence: head + 1 + index,
      audienceId: registryId,
    }))
    await transaction.sequenceEvents(places)
    return places.length
  })
}

export async function record(store: MetadataStore, ...events: EventRecord[]): Promise<void> {
  await store.transact(async (transaction) => {
    for (const event of events) await transaction.recordEvent(event)
  })
}

export function testEvents(open: OpenMetadataStore): void {
  describe('events', () => {
    let fixture: MetadataStoreFixture
    let store: MetadataStore
    let stores: MetadataStore[]
    beforeEach(async () => {
      fixture = await open()
      store = fixture.store
      stores = [store]
      if (fixture.openAnother !== undefined) stores.push(await fixture.openAnother())
    })
    afterEach(async () => {
      for (const each of stores.slice(1)) await each.close()
      await fixture.close()
    })

    const placesOf = async (audienceId: number, repositoryName?: string) =>
      (await store.listSequencedEvents(audienceId, { limit: 1000 }, repositoryName)).map((event) => [
        event.sequence,
        event.atMs,
      ])

    test('events get places in the order of writing, and are listed for those who are told', async () => {
      const detail = { digest: digest('blob'), sizeBytes: 5 }
      const nobody = { registryId: undefined, repositoryId: undefined, repositoryName: undefined, principal: undefined }
      const recovered: EventRecord = { kind: 'blob-recovered', atMs: 3, ...nobody, detail }
      expect([await store.hasUnsequencedEvents(), await store.findEventHead()]).toEqual([false, 0])
      await record(store, pushedEvent(1), pushedEvent(2, 2))
      await record(store, recovered, pushedEvent(4, 3, 9))
      expect([await store.hasUnsequencedEvents(), await store.findEventHead()]).toEqual([true, 0])
      expect(await store.listSequencedEvents(1, { limit: 10 })).toEqual([])
      expect([await sequence(store, 3), await sequence(store), await sequence(store)]).toEqual([3, 1, 0])
      expect([await store.hasUnsequencedEvents(), await store.findEventHead()]).toEqual([false, 4])
      expect(await store.listSequencedEvents(1, { limit: 10 })).toEqual([
        { ...pushedEvent(1), sequence: 1, audienceId: 1 },
        { ...pushedEvent(2, 2), sequence: 2, audienceId: 1 },
        { ...recovered, sequence: 3, audienceId: 1 },
      ])
      expect(await placesOf(9)).toEqual([[4, 4]])
      expect(await placesOf(1, 'team/app-2')).toEqual([[2, 2]])
      const page = await store.listSequencedEvents(1, { after: 1, limit: 1 })
      expect(page.map((event) => event.sequence)).toEqual([2])
    })

    test('a sequencing that fails has placed nothing, and the next takes it up', async () => {
      await record(store, pushedEvent(1), pushedEvent(2))
      const failing = store.transact(async (transaction) => {
        const [first] = await transaction.listUnsequencedEvents(1)
        const head = await transaction.lockEventHead()
        await transaction.sequenceEvents([{ id: first?.id ?? 0, sequence: head + 1, audienceId: 1 }])
        throw new Error('killed')
      })
      await expect(failing).rejects.toThrow('killed')
      expect(await store.findEventHead()).toBe(0)
      expect(await sequence(store)).toBe(2)
    })

    test('places that do not follow on the head are not given', async () => {
      await record(store, pushedEvent(1), pushedEvent(2))
      const [first, second] = await store.transact((transaction) => transaction.listUnsequencedEvents(2))
      if (first === undefined || second === undefined) throw new Error('two wait')
      const place = (id: number, given: number) => ({ id, sequence: given, audienceId: 1 })
      const wrong = [[place(first.id, 2)], [place(first.id, 1), place(second.id, 3)], [place(second.id + 1000, 1)]]
      for (const places of wrong) {
        await expect(store.transact((transaction) => transaction.sequenceEvents(places))).rejects.toThrow('follow')
      }
      expect(await sequence(store)).toBe(2)
      const again = store.transact((transaction) => transaction.sequenceEvents([place(first.id, 3)]))
      await expect(again).rejects.toThrow('follow')
    })

    test('many who write and sequence at once make one sequence without a gap', async () => {
      const numbers = Array.from({ length: 60 }, (_, index) => index + 1)
      await Promise.all(
        numbers.map(async (number) => {
          const one = stores[number % stores.length] ?? store
          await record(one, pushedEvent(number))
          await sequence(one, 7)
        }),
      )
      while ((await sequence(store, 7)) > 0);
      const places = await placesOf(1)
      expect(places.map(([place]) => place)).toEqual(numbers)
      expect(places.map(([, atMs]) => atMs).toSorted((a = 0, b = 0) => a - b)).toEqual(numbers)
    })

    test('watchEvents() tells of commits that recorded one, when it can be seen, and of no others', async () => {
      const seen: Promise<boolean>[] = []
      store.watchEvents(() => seen.push(store.hasUnsequencedEvents()))
      await record(store, pushedEvent(1), pushedEvent(2))
      expect(await Promise.all(seen)).toEqual([true])
      await sequence(store)
      const failing = store.transact(async (transaction) => {
        await transaction.recordEvent(pushedEvent(3))
        throw new Error('no')
      })
      await expect(failing).rejects.toThrow('no')
      expect(seen).toHaveLength(1)
    })
  })
}
