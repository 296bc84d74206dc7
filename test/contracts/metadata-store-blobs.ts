import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import {
  blob,
  digest,
  location,
  type MetadataStoreFixture,
  makeRegistry,
  makeRepository,
  manifest,
  newRepository,
  type OpenMetadataStore,
  push,
  upload,
  uploadId,
} from './metadata-store-fixture.ts'

export function testBlobs(open: OpenMetadataStore): void {
  describe('blobs and uploads', () => {
    let fixture: MetadataStoreFixture
    let store: MetadataStore
    let id: number
    beforeEach(async () => {
      fixture = await open()
      store = fixture.store
      id = (await makeRepository(store)).id
    })
    afterEach(() => fixture.close())

    test('putBlob() records a blob that no repository sees before it is linked', async () => {
      const record = blob('x', { verifiedAtMs: undefined, sizeBytes: 5_000_000_000_000 })
      expect(await store.transact((transaction) => transaction.putBlob(record, 9))).toBeUndefined()
      expect(await store.findBlob(digest('x'))).toEqual(record)
      expect(await store.findRepositoryBlob(id, digest('x'))).toBeUndefined()
      await store.transact((transaction) => transaction.linkBlob(id, digest('x'), 10))
      expect(await store.findRepositoryBlob(id, digest('x'))).toEqual(record)
      const other = await makeRepository(store, 'other')
      expect(await store.findRepositoryBlob(other.id, digest('x'))).toBeUndefined()
    })

    test('putBlob() of a digest that is there replaces the copy: the old one becomes a removal', async () => {
      const old = blob('x', { location: location('old'), leaseUntilMs: 900 })
      const fresh = blob('x', { location: location('new'), leaseUntilMs: 500, verifiedAtMs: 7 })
      await store.transact(async (transaction) => {
        await transaction.putBlob(old, 0)
        await transaction.setBlobState(digest('x'), 'damaged')
      })
      const previous = await store.transact((transaction) => transaction.putBlob(fresh, 40))
      expect(previous).toEqual({ ...old, state: 'damaged' })
      // A lease is never shortened.
      expect(await store.findBlob(digest('x'))).toEqual({ ...fresh, leaseUntilMs: 900 })
      expect(await store.listDueRemovals(39, 10)).toEqual([])
      expect(await store.listDueRemovals(40, 10)).toEqual([
        { location: location('old'), digest: digest('x'), sizeBytes: 1, dueAtMs: 40, why: 'replaced' },
      ])
    })

    test('putBlob() of the location that is current removes nothing', async () => {
      await store.transact((transaction) => transaction.putBlob(blob('x'), 0))
      expect(await store.transact((transaction) => transaction.putBlob(blob('x'), 0))).toEqual(blob('x'))
      expect(await store.listDueRemovals(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
    })

    test('leaseBlobs() extends and never shortens, and passes over the unknown', async () => {
      await store.transact(async (transaction) => {
        await transaction.putBlob(blob('x', { leaseUntilMs: 100 }), 0)
        await transaction.putBlob(blob('y', { leaseUntilMs: 300 }), 0)
        await transaction.leaseBlobs([digest('x'), digest('y'), digest('unknown')], 200)
        await transaction.leaseBlobs([], 900)
      })
      expect((await store.findBlob(digest('x')))?.leaseUntilMs).toBe(200)
      expect((await store.findBlob(digest('y')))?.leaseUntilMs).toBe(300)
    })

    test('existingRepositoryBlobs() finds those the repository may see, also of 10 000', async () => {
      await store.transact(async (transaction) => {
        for (const word of ['x', 'y', 'hidden']) await transaction.putBlob(blob(word), 0)
        for (const word of ['x', 'y']) await transaction.linkBlob(id, digest(word), 10)
      })
      const many = Array.from({ length: 10_000 }, (_, index) => digest(`unknown ${index}`))
      const found = await store.existingRepositoryBlobs(id, [digest('hidden'), digest('y'), ...many, digest('x')])
      expect([...found.keys()].sort()).toEqual([digest('x'), digest('y')].sort())
      expect(found.get(digest('x'))).toEqual(blob('x'))
    })

    test('isBlobReferenced() asks the manifests of this repository', async () => {
      const other = await makeRepository(store, 'other')
      await push(store, id, manifest('m', { blobs: [digest('x')] }))
      expect(await store.isBlobReferenced(id, digest('x'))).toBe(true)
      expect(await store.isBlobReferenced(id, digest('y'))).toBe(false)
      expect(await store.isBlobReferenced(other.id, digest('x'))).toBe(false)
    })

    test('isBlobHeld() knows links and manifests of any repository', async () => {
      await store.transact(async (transaction) => {
        await transaction.putBlob(blob('x'), 0)
        expect(await transaction.isBlobHeld(digest('x'))).toBe(false)
        await transaction.linkBlob(id, digest('x'), 10)
        expect(await transaction.isBlobHeld(digest('x'))).toBe(true)
        expect(await transaction.isBlobHeldBy(id, digest('x'))).toBe(false)
        await transaction.unlinkBlob(id, digest('x'))
        expect(await transaction.isBlobHeld(digest('x'))).toBe(false)
        await transaction.putManifest(id, manifest('m', { blobs: [digest('x')] }))
        expect(await transaction.isBlobHeld(digest('x'))).toBe(true)
        expect(await transaction.isBlobHeldBy(id, digest('x'))).toBe(true)
      })
    })

    test('repositoriesWithBlob() stays within the registry and the limit', async () => {
      const foreign = await makeRegistry(store, '111111111111')
      const names = ['one', 'two', 'three']
      for (const name of names) {
        const made = await makeRepository(store, name)
        await store.transact((transaction) => transaction.linkBlob(made.id, digest('x'), 10))
      }
      await store.transact(async (transaction) => {
        const made = await transaction.insertRepository(newRepository(foreign, 'foreign'))
        await transaction.linkBlob(made?.id ?? 0, digest('x'), 10)
      })
      const { id: registryId } = await makeRegistry(store)
      const found = await store.repositoriesWithBlob(registryId, digest('x'), 10)
      expect(found.map((each): string => each.name).sort()).toEqual(names.toSorted())
      expect(await store.repositoriesWithBlob(registryId, digest('x'), 2)).toHaveLength(2)
    })

    test('hideBlob() keeps a blob from being seen, until unhideBlobs() of a manifest over it, or linkBlob()', async () => {
      const other = await makeRepository(store, 'other')
      await store.transact(async (transaction) => {
        for (const word of ['x', 'y', 'elsewhere']) await transaction.putBlob(blob(word), 0)
        for (const word of ['x', 'y']) await transaction.linkBlob(id, digest(word), 10)
      })
      await push(store, id, manifest('m', { blobs: [digest('x'), digest('elsewhere')] }))
      const seen = async (word: string) => (await store.findRepositoryBlob(id, digest(word))) !== undefined
      const registry = await makeRegistry(store)
      expect([await seen('x'), await seen('y')]).toEqual([true, true])
      await store.transact(async (transaction) => {
        await transaction.deleteManifest(id, digest('m'), { atMs: 1, purgeDueAtMs: 2 })
        for (const word of ['x', 'y']) await transaction.hideBlob(id, digest(word))
        await transaction.hideBlob(other.id, digest('x'))
        expect(await transaction.isBlobHeld(digest('y'))).toBe(true)
      })
      expect([await seen('x'), await seen('y')]).toEqual([false, false])
      expect(await store.existingRepositoryBlobs(id, [digest('x')])).toEqual(new Map())
      expect(await store.repositoriesWithBlob(registry.id, digest('x'), 10)).toEqual([])

      const unhide = (repositoryId: number, word: string) =>
        store.transact((transaction) => transaction.unhideBlobs(repositoryId, digest(word)))
      expect([await unhide(id, 'unknown'), await unhide(other.id, 'm'), await unhide(id, 'm')]).toEqual([0, 0, 1])
      expect([await seen('x'), await seen('y'), await seen('elsewhere')]).toEqual([true, false, false])
      expect(await unhide(id, 'm')).toBe(0)
      await store.transact((transaction) => transaction.linkBlob(id, digest('y'), 10))
      expect(await seen('y')).toBe(true)
      await store.transact(async (transaction) => {
        await transaction.hideBlob(id, digest('y'))
        await transaction.unlinkBlob(id, digest('y'))
        expect(await transaction.isBlobHeld(digest('y'))).toBe(false)
      })
    })

    test('deleteBlob() forgets the blob and makes its bytes a removal', async () => {
      await store.transact(async (transaction) => {
        await transaction.putBlob(blob('x'), 0)
        await transaction.deleteBlob(digest('x'), 50)
        await transaction.deleteBlob(digest('unknown'), 50)
      })
      expect(await store.findBlob(digest('x'))).toBeUndefined()
      expect(await store.listDueRemovals(50, 10)).toEqual([
        { location: location('at-x'), digest: digest('x'), sizeBytes: 1, dueAtMs: 50, why: 'unreferenced' },
      ])
      await store.transact((transaction) => transaction.deleteRemoval(location('at-x')))
      expect(await store.listDueRemovals(50, 10)).toEqual([])
    })

    test('listBlobsToVerify() begins with those never checked, then the longest ago, live ones only', async () => {
      await store.transact(async (transaction) => {
        await transaction.putBlob(blob('late', { verifiedAtMs: 300 }), 0)
        await transaction.putBlob(blob('early', { verifiedAtMs: 100 }), 0)
        await transaction.putBlob(blob('never', { verifiedAtMs: undefined }), 0)
        await transaction.putBlob(blob('damaged', { verifiedAtMs: 50 }), 0)
        await transaction.setBlobState(digest('damaged'), 'damaged')
      })
      const order = async (limit: number) => (await store.listBlobsToVerify(limit)).map((each) => each.digest)
      expect(await order(10)).toEqual([digest('never'), digest('early'), digest('late')])
      await store.transact((transaction) => transaction.setBlobVerified(digest('never'), 200))
      expect(await order(2)).toEqual([digest('early'), digest('never')])
    })

    test('blobs out of service are listed by digest and counted, until they are back', async () => {
      await store.transact(async (transaction) => {
        for (const name of ['a', 'b', 'c']) await transaction.putBlob(blob(name), 0)
      })
      const wrong = [digest('a'), digest('c')].sort()
      const setStates = (state: 'live' | 'damaged') =>
        store.transact(async (transaction) => {
          for (const each of wrong) await transaction.setBlobState(each, state)
        })
      await setStates('damaged')
      const listed = await store.listDamagedBlobs({ limit: 10 })
      expect(listed.map((found) => found.digest)).toEqual(wrong)
      const rest = await store.listDamagedBlobs({ after: wrong[0], limit: 1 })
      expect(rest.map((found) => found.digest)).toEqual(wrong.slice(1))
      expect(await store.countDamagedBlobs()).toBe(2)
      await setStates('live')
      expect(await store.countDamagedBlobs()).toBe(0)
    })

    test('usage() counts blobs, their bytes, and manifests', async () => {
      expect(await freshUsage()).toEqual({ blobs: 0, blobBytes: 0, manifests: 0 })
      await store.transact(async (transaction) => {
        await transaction.putBlob(blob('x', { sizeBytes: 100 }), 0)
        await transaction.putBlob(blob('y', { sizeBytes: 20 }), 0)
        await transaction.putBlob(blob('y', { sizeBytes: 30, location: location('again') }), 0)
        await transaction.putBlob(blob('z', { sizeBytes: 1000 }), 0)
        await transaction.deleteBlob(digest('z'), 5)
        await transaction.putManifest(id, manifest('m'))
        await transaction.putManifest(id, manifest('n'))
        await transaction.putManifest(id, manifest('o'))
        await transaction.deleteManifest(id, digest('n'), { atMs: 5, purgeDueAtMs: 6 })
        await transaction.deleteManifest(id, digest('o'), { atMs: 5, purgeDueAtMs: 6 })
        await transaction.purgeManifest(id, digest('o'), 6)
      })
      expect(await freshUsage()).toEqual({ blobs: 2, blobBytes: 130, manifests: 2 })
    })

    /** The count may be a few minutes old: a store just opened has not counted yet. */
    async function freshUsage() {
      const fresh = (await fixture.openAnother?.()) ?? store
      const usage = await fresh.usage()
      if (fresh !== store) await fresh.close()
      return usage
    }

    test('uploads are found, counted by principal, put off, listed when expired, and deleted', async () => {
      await store.transact(async (transaction) => {
        await transaction.insertUpload(upload(1, { expiresAtMs: 300, surface: 'ecr' }))
        await transaction.insertUpload(upload(2, { expiresAtMs: 100 }))
        await transaction.insertUpload(upload(3, { expiresAtMs: 200, principal: 'somebody else' }))
      })
      expect(await store.findUpload(uploadId(1))).toEqual(upload(1, { expiresAtMs: 300, surface: 'ecr' }))
      expect(await store.findUpload(uploadId(9))).toBeUndefined()
      expect(await store.countUploads(upload(1).principal)).toBe(2)
      expect(await store.countUploads('nobody')).toBe(0)
      expect((await store.listExpiredUploads(200, 10)).map((each) => each.id)).toEqual([uploadId(2), uploadId(3)])
      expect(await store.listExpiredUploads(200, 1)).toHaveLength(1)
      await store.transact(async (transaction) => {
        await transaction.touchUpload(uploadId(2), 900)
        await transaction.deleteUpload(uploadId(3))
        await transaction.deleteUpload(uploadId(9))
      })
      expect(await store.listExpiredUploads(200, 10)).toEqual([])
    })
  })
}
