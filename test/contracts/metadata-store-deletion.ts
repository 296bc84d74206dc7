import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { Repository } from '../../src/ports/metadata/repositories.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import {
  blob,
  digest,
  type MetadataStoreFixture,
  makeRepository,
  manifest,
  type OpenMetadataStore,
  purgeAll,
  push,
  tag,
  upload,
} from './metadata-store-fixture.ts'

const EVER = 9_000_000_000_000

export function testDeletion(open: OpenMetadataStore): void {
  describe('deleting repositories', () => {
    let fixture: MetadataStoreFixture
    let store: MetadataStore
    let gone: Repository
    beforeEach(async () => {
      fixture = await open()
      store = fixture.store
      gone = await makeRepository(store, 'gone')
    })
    afterEach(() => fixture.close())

    const remove = (id: number, nowMs = 5, dueAtMs = 77) =>
      store.transact((transaction) => transaction.deleteRepository(id, nowMs, dueAtMs))
    const candidates = () => store.listDueCandidates(EVER, 1000)

    /** Rows of every kind, and blobs that are linked, referred to, or both. */
    async function fill(id: number): Promise<void> {
      await push(store, id, manifest('shared', { blobs: [digest('layer')] }), 'v1', 'v2')
      await push(store, id, manifest('index', { children: [digest('shared')], blobs: [digest('layer')] }), 'multi')
      await push(store, id, manifest('deleted', { blobs: [digest('old-layer')] }), 'v2')
      await store.transact(async (transaction) => {
        for (const word of ['layer', 'linked']) {
          await transaction.putBlob(blob(word), 0)
          await transaction.linkBlob(id, digest(word), EVER)
        }
        await transaction.deleteManifest(id, digest('deleted'), { atMs: 5, purgeDueAtMs: EVER })
        await transaction.putResourceTags(id, [{ key: 'a', value: 'b' }])
        await transaction.insertUpload(upload(id, { repositoryId: id, expiresAtMs: EVER }))
      })
    }

    test('deleteRepository() hides it from whoever looks for repositories', async () => {
      await fill(gone.id)
      const kept = await makeRepository(store, 'kept')
      await store.transact((transaction) => transaction.linkBlob(kept.id, digest('layer'), EVER))
      await remove(gone.id)
      expect(await store.findRepository(gone.registryId, gone.name)).toBeUndefined()
      expect(await store.listRepositories(gone.registryId, { limit: 10 })).toEqual([kept])
      expect(await store.listRepositoryNames(gone.registryId, { limit: 10 })).toEqual([kept.name])
      expect(await store.repositoriesWithBlob(gone.registryId, digest('layer'), 10)).toEqual([kept])
      await store.transact(async (transaction) => {
        expect(await transaction.lockRepository(gone.id, 'shared')).toBeUndefined()
        expect(await transaction.lockRepository(gone.id, 'exclusive')).toBeUndefined()
      })
    })

    test('deleteRepository() leaves everything it held, to be brought back, and makes one candidate of it all', async () => {
      await fill(gone.id)
      const before = await candidates()
      await remove(gone.id)
      expect(await store.findStoredRepository(gone.id)).toEqual({ ...gone, deletedAtMs: 5, isPurging: false })
      expect(await candidates()).toEqual([{ kind: 'repository', repositoryId: gone.id, dueAtMs: 77 }, ...before])
      expect(await store.listTags(gone.id, { limit: 10 })).toHaveLength(2)
      expect(await store.listResourceTags(gone.id)).toHaveLength(1)
      const holders = await store.holdersOfBlob(digest('layer'), 10)
      expect(holders.map(({ id, deletedAtMs }) => [id, deletedAtMs])).toEqual([[gone.id, 5]])
      expect(await store.transact((transaction) => transaction.isBlobHeld(digest('layer')))).toBe(true)
      expect(await store.listExpiredUploads(1, 10)).toHaveLength(1)
    })

    test('deleteRepository() again, or of what is not there, changes nothing', async () => {
      await remove(gone.id)
      await remove(gone.id, 6, 999)
      await remove(gone.id + 1000)
      expect(await candidates()).toEqual([{ kind: 'repository', repositoryId: gone.id, dueAtMs: 77 }])
      expect((await store.findStoredRepository(gone.id))?.deletedAtMs).toBe(5)
    })

    test('deleteRepository() writes a bounded number of uploads; the others end by themselves', async () => {
      await store.transact(async (transaction) => {
        for (let n = 1; n <= 250; n++) await transaction.insertUpload(upload(n, { repositoryId: gone.id }))
      })
      await remove(gone.id)
      expect(await store.listExpiredUploads(1, 1000)).toHaveLength(200)
      expect(await store.listExpiredUploads(2000, 1000)).toHaveLength(250)
    })

    test('a repository made anew under the name of a deleted one sees nothing of it, however far its purge is', async () => {
      await fill(gone.id)
      await remove(gone.id)
      const { id } = await makeRepository(store, 'gone')
      expect(id).not.toBe(gone.id)
      await store.transact((transaction) => transaction.purgeRepository(gone.id, { limit: 3, blobsDueAtMs: 99 }))
      expect(await store.listTags(id, { limit: 10 })).toEqual([])
      expect(await store.hasManifests(id)).toBe(false)
      expect(await store.readManifest(id, digest('shared'))).toBeUndefined()
      expect(await store.listResourceTags(id)).toEqual([])
      expect(await store.findRepositoryBlob(id, digest('layer'))).toBeUndefined()
      expect(await push(store, id, manifest('shared'), 'v1')).toBe('created')
      await purgeAll(store, gone.id, 2)
      expect((await store.readManifestByTag(id, tag('v1')))?.digest).toBe(digest('shared'))
      await remove(id)
      expect(await store.findRepository(gone.registryId, gone.name)).toBeUndefined()
    })

    test('purgeRepository() leaves a live repository alone, and one that is not there', async () => {
      await fill(gone.id)
      for (const id of [gone.id, gone.id + 1000]) {
        const purge = await store.transact((transaction) =>
          transaction.purgeRepository(id, { limit: 100, blobsDueAtMs: 99 }),
        )
        expect(purge).toEqual({ state: 'kept', manifests: 0 })
      }
      expect(await store.listTags(gone.id, { limit: 10 })).toHaveLength(2)
      expect((await store.findStoredRepository(gone.id))?.isPurging).toBe(false)
    })

    for (const limit of [1, 2, 3, 5, 8, 100]) {
      test(`purgeRepository() in pages of ${limit} takes everything along, and at no point loses a blob`, async () => {
        const kept = await makeRepository(store, 'kept')
        await push(store, kept.id, manifest('shared', { blobs: [digest('layer')] }), 'v1')
        await fill(gone.id)
        await remove(gone.id)
        let manifests = 0
        for (let state = 'begun'; state === 'begun'; ) {
          const purge = await store.transact((transaction) =>
            transaction.purgeRepository(gone.id, { limit, blobsDueAtMs: 99 }),
          )
          expect(purge.manifests).toBeLessThanOrEqual(limit)
          state = purge.state
          manifests += purge.manifests
          if (state === 'begun') expect((await store.findStoredRepository(gone.id))?.isPurging).toBe(true)
          await expectNothingForgotten()
        }
        expect(manifests).toBe(3)
        expect(await store.findStoredRepository(gone.id)).toBeUndefined()
        expect(await candidates()).toEqual(
          [digest('layer'), digest('linked'), digest('old-layer')]
            .sort()
            .map((each) => ({ kind: 'blob', repositoryId: undefined, digest: each, dueAtMs: 99 })),
        )
        await expectNothingLeft()
        // The bytes of a manifest that another repository holds stay; an upload's row stays until its bytes are gone.
        expect((await store.readManifestByTag(kept.id, tag('v1')))?.digest).toBe(digest('shared'))
        expect(await store.listExpiredUploads(1, 10)).toHaveLength(1)
      })
    }

    async function expectNothingForgotten(): Promise<void> {
      const onTheirOwn = (await candidates()).filter(({ repositoryId }) => repositoryId === undefined)
      const looked = new Set(onTheirOwn.map((candidate) => candidate.digest))
      for (const each of [digest('linked'), digest('old-layer')]) {
        const isHeld = await store.transact((transaction) => transaction.isBlobHeld(each))
        expect(isHeld || looked.has(each)).toBe(true)
      }
    }

    async function expectNothingLeft(): Promise<void> {
      expect(await store.listTags(gone.id, { limit: 10 })).toEqual([])
      expect(await store.listManifests(gone.id, 'ANY', { limit: 10 })).toEqual([])
      expect(await store.parentsOf(gone.id, digest('shared'), 10)).toEqual([])
      expect(await store.listResourceTags(gone.id)).toEqual([])
      expect(await store.weighManifests(gone.id, { limit: 10 })).toMatchObject({ count: 0 })
      expect(await store.findRepositoryBlob(gone.id, digest('layer'))).toBeUndefined()
      await store.transact(async (transaction) => {
        for (const word of ['layer', 'old-layer']) {
          expect(await transaction.isBlobHeldBy(gone.id, digest(word))).toBe(false)
        }
      })
    }

    test('weighManifests() and weighBlobs() count in pages what a purge would take', async () => {
      const other = await makeRepository(store, 'other')
      await fill(gone.id)
      await store.transact(async (transaction) => {
        await transaction.linkBlob(other.id, digest('layer'), EVER)
        for (const word of ['mine', 'mine-too']) {
          await transaction.putBlob(blob(word), 0)
          await transaction.linkBlob(gone.id, digest(word), EVER)
        }
      })
      for (const limit of [1, 2, 100]) {
        expect(await weigh((page) => store.weighManifests(gone.id, page), limit)).toMatchObject({ count: 3 })
        const mine = ['linked', 'mine', 'mine-too'].join('').length
        expect(await weigh((page) => store.weighBlobs(gone.id, page), limit)).toEqual({ count: 3, sizeBytes: mine })
      }
    })

    async function weigh(
      read: (page: Parameters<MetadataStore['weighBlobs']>[1]) => ReturnType<MetadataStore['weighBlobs']>,
      limit: number,
    ) {
      const sum = { count: 0, sizeBytes: 0 }
      for (let page = await read({ limit }); page.last !== undefined; page = await read({ after: page.last, limit })) {
        sum.count += page.count
        sum.sizeBytes += page.sizeBytes
      }
      return sum
    }
  })
}
