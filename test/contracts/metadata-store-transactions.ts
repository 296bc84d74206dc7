import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import {
  createdEvent,
  digest,
  type MetadataStoreFixture,
  makeRegistry,
  makeRepository,
  manifest,
  newRepository,
  type OpenMetadataStore,
  push,
  pushIn,
  tag,
  upload,
  uploadId,
} from './metadata-store-fixture.ts'

export function testTransactions(open: OpenMetadataStore): void {
  describe('transact()', () => {
    let fixture: MetadataStoreFixture
    let store: MetadataStore
    beforeEach(async () => {
      fixture = await open()
      store = fixture.store
    })
    afterEach(() => fixture.close())

    test('gives what work returns, and what it wrote can be read', async () => {
      const { id } = await makeRepository(store)
      const result = await store.transact((transaction) => pushIn(transaction, id, manifest('m'), 'v1'))
      expect(result).toBe('created')
      expect((await store.findTag(id, tag('v1')))?.digest).toBe(digest('m'))
    })

    test('a transaction sees its own writes before anybody else does', async () => {
      const { id } = await makeRepository(store)
      await store.transact(async (transaction) => {
        await pushIn(transaction, id, manifest('m'), 'v1')
        expect((await transaction.readManifestByTag(id, tag('v1')))?.digest).toBe(digest('m'))
        expect(await transaction.hasManifests(id)).toBe(true)
        expect(await store.findTag(id, tag('v1'))).toBeUndefined()
        expect(await store.hasManifests(id)).toBe(false)
      })
    })

    test('what is thrown comes out as it is, and nothing of the transaction stays', async () => {
      const { id, registryId } = await makeRepository(store)
      const thrown = new Error('no')
      const failing = store.transact(async (transaction) => {
        await pushIn(transaction, id, manifest('m', { blobs: [digest('layer')] }), 'v1')
        await transaction.insertUpload(upload(7, { repositoryId: id }))
        await transaction.addCandidate({ kind: 'blob', repositoryId: id, digest: digest('layer'), dueAtMs: 5 })
        await transaction.recordEvent(createdEvent(id, 1))
        await transaction.putAccountSetting(registryId, 'A', 'B')
        throw thrown
      })
      expect(await failing.catch((error) => error)).toBe(thrown)
      expect(await store.readManifest(id, digest('m'))).toBeUndefined()
      expect(await store.listTags(id, { limit: 10 })).toEqual([])
      expect(await store.findUpload(uploadId(7))).toBeUndefined()
      expect(await store.listDueCandidates(10, 10)).toEqual([])
      expect(await store.listEvents({ limit: 10 })).toEqual([])
      expect(await store.getAccountSettings(registryId)).toEqual({})
      expect(await store.isBlobReferenced(id, digest('layer'))).toBe(false)
    })

    test('of many at once, the failing ones do not take the others with them', async () => {
      const { id } = await makeRepository(store)
      const outcomes = await Promise.allSettled(
        Array.from({ length: 30 }, (_, index) =>
          store.transact(async (transaction) => {
            await pushIn(transaction, id, manifest(`m${index}`), `t${index}`)
            if (index % 3 === 0) throw new Error(`no ${index}`)
            return index
          }),
        ),
      )
      for (const [index, outcome] of outcomes.entries()) {
        expect(outcome.status).toBe(index % 3 === 0 ? 'rejected' : 'fulfilled')
        expect(await store.findTag(id, tag(`t${index}`))).toEqual(
          index % 3 === 0
            ? undefined
            : {
                tag: tag(`t${index}`),
                digest: digest(`m${index}`),
                fromMs: 1_700_000_000_000,
                setAtMs: 1_700_000_000_000,
              },
        )
      }
      expect(await store.listManifests(id, 'ANY', { limit: 100 })).toHaveLength(20)
    })

    test('reads do not wait for a transaction that takes its time', async () => {
      const { id } = await makeRepository(store)
      const { promise: finish, resolve } = Promise.withResolvers<void>()
      const slow = store.transact(async (transaction) => {
        await pushIn(transaction, id, manifest('m'), 'v1')
        await finish
      })
      expect(await store.listTags(id, { limit: 10 })).toEqual([])
      resolve()
      await slow
      expect(await store.listTags(id, { limit: 10 })).toHaveLength(1)
    })

    test('a transaction that has ended runs nothing any more', async () => {
      const { id } = await makeRepository(store)
      const kept = await store.transact(async (transaction) => transaction)
      await expect(kept.findRepository(1, (await makeNamed(store, 'a/b')).name)).rejects.toThrow('has ended')
      await expect(kept.deleteRepository(id, 1, 2)).rejects.toThrow('has ended')
      expect(await store.transact((transaction) => transaction.lockRepository(id, 'shared'))).toBeDefined()
    })

    test('probe() answers, and changes nothing that can be read', async () => {
      await makeRegistry(store)
      await store.probe()
      await store.probe()
      expect(await store.findRegistry('000000000000', 'us-east-1')).toBeDefined()
    })

    test('close() waits for what runs, and afterwards everything is refused', async () => {
      const { id } = await makeRepository(store)
      const running = push(store, id, manifest('m'), 'v1')
      await store.close()
      expect(await running).toBe('created')
      await expect(store.probe()).rejects.toMatchObject({ reason: 'storage-unavailable' })
      await expect(store.listTags(id, { limit: 1 })).rejects.toMatchObject({ reason: 'storage-unavailable' })
      await store.close()
    })
  })
}

async function makeNamed(store: MetadataStore, name: string) {
  const registry = await makeRegistry(store)
  const made = await store.transact((transaction) => transaction.insertRepository(newRepository(registry, name)))
  if (made === undefined) throw new Error(`${name} exists`)
  return made
}
