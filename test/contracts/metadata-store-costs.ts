import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { BlobHolding, HoldingKey } from '../../src/ports/metadata/costs.ts'
import type { Repository } from '../../src/ports/metadata/repositories.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import {
  blob,
  digest,
  type MetadataStoreFixture,
  makeRegistry,
  makeRepository,
  manifest,
  newRepository,
  type OpenMetadataStore,
  push,
} from './metadata-store-fixture.ts'

const EVER = 9_000_000_000_000

export function testCosts(open: OpenMetadataStore): void {
  describe('what storage is used for', () => {
    let fixture: MetadataStoreFixture
    let store: MetadataStore
    let app: Repository
    let other: Repository
    beforeEach(async () => {
      fixture = await open()
      store = fixture.store
      app = await makeRepository(store, 'team/app')
      other = await makeRepository(store, 'team/other')
    })
    afterEach(() => fixture.close())

    const put = (word: string, ...repositories: Repository[]) =>
      store.transact(async (transaction) => {
        await transaction.putBlob(blob(word), 0)
        for (const { id } of repositories) await transaction.linkBlob(id, digest(word), EVER)
      })
    const remove = (repository: Repository, word: string) =>
      store.transact((transaction) =>
        transaction.deleteManifest(repository.id, digest(word), { atMs: 5, purgeDueAtMs: EVER }),
      )

    type List = (after: HoldingKey | undefined, limit: number) => Promise<BlobHolding[]>
    async function allOf(list: List, limit: number): Promise<BlobHolding[]> {
      const all: BlobHolding[] = []
      for (;;) {
        const last = all.at(-1)
        const page = await list(last && { digest: last.digest, repositoryId: last.repositoryId ?? 0 }, limit)
        all.push(...page)
        expect(page.length).toBeLessThanOrEqual(limit)
        if (page.length < limit) return all
      }
    }
    const everything: List = (after, limit) => store.listBlobHoldings(after, limit)
    const ofApp: List = (after, limit) => store.listHoldingsOfRepository(app.id, after, limit)

    const holding = (word: string, holder: Repository | undefined, hold: BlobHolding['hold']): BlobHolding => ({
      digest: digest(word),
      sizeBytes: word.length,
      leaseUntilMs: blob(word).leaseUntilMs,
      repositoryId: holder?.id,
      hold,
      isReferredElsewhere: false,
    })
    const inOrder = (holdings: readonly BlobHolding[]) =>
      holdings.toSorted((a, b) => (a.digest < b.digest ? -1 : a.digest > b.digest ? 1 : 0))

    async function fill(): Promise<void> {
      await put('shared', app, other)
      await put('was-here', app)
      await put('just-pushed', app)
      await put('hidden', other)
      await put('nobody')
      await put('out-of-sight')
      await push(store, app.id, manifest('one', { blobs: [digest('shared'), digest('was-here')] }), 'v1')
      await push(store, other.id, manifest('one', { blobs: [digest('shared')] }), 'v1')
      await push(store, other.id, manifest('sparse', { blobs: [digest('out-of-sight')] }), 'v2')
      await push(store, other.id, manifest('two', { blobs: [digest('hidden')] }), 'v3')
      await remove(app, 'one')
      await remove(other, 'two')
      await store.transact((transaction) => transaction.hideBlob(other.id, digest('hidden')))
    }

    for (const limit of [1, 2, 3, 100]) {
      test(`listBlobHoldings() in pages of ${limit} gives every blob with all its holders, and how they hold it`, async () => {
        await fill()
        expect(await allOf(everything, limit)).toEqual(
          inOrder([
            holding('shared', app, 'deleted'),
            holding('shared', other, 'live'),
            holding('was-here', app, 'deleted'),
            holding('just-pushed', app, 'unused'),
            holding('hidden', other, 'deleted'),
            holding('nobody', undefined, 'unused'),
            { ...holding('out-of-sight', undefined, 'unused'), isReferredElsewhere: true },
          ]),
        )
      })

      test(`listHoldingsOfRepository() in pages of ${limit} gives the blobs of one, with all their holders`, async () => {
        await fill()
        expect(await allOf(ofApp, limit)).toEqual(
          inOrder([
            { ...holding('shared', app, 'deleted'), isReferredElsewhere: true },
            holding('shared', other, 'unused'),
            holding('was-here', app, 'deleted'),
            holding('just-pushed', app, 'unused'),
          ]),
        )
        expect(await store.listHoldingsOfRepository(other.id + 1000, undefined, limit)).toEqual([])
      })
    }

    test('a repository that is purged holds what it has not let go of', async () => {
      await fill()
      await store.transact((transaction) => transaction.deleteRepository(app.id, 5, 5))
      await store.transact((transaction) => transaction.purgeRepository(app.id, { limit: 1, blobsDueAtMs: 9 }))
      const holders = (await allOf(everything, 100)).filter((row) => row.repositoryId === app.id)
      expect(holders).toHaveLength(3)
    })

    test('where many deleted images share a blob it is undecided, until the references are listed', async () => {
      await put('layer', app)
      const words = Array.from({ length: 40 }, (_, index) => `image ${index}`)
      for (const word of words) await push(store, app.id, manifest(word, { blobs: [digest('layer')] }))
      for (const word of words) await remove(app, word)
      expect(await allOf(ofApp, 10)).toEqual([holding('layer', app, 'undecided')])
      expect(await allOf(everything, 10)).toEqual([holding('layer', app, 'undecided')])
      await push(store, app.id, manifest('alive', { blobs: [digest('layer')] }), 'v1')
      const seen = new Map<string, boolean>()
      let after: BlobHolding['digest'] | undefined
      do {
        const page = await store.listBlobReferences(app.id, digest('layer'), { after, limit: 7 })
        for (const { manifest, isLive } of page) seen.set(manifest, isLive)
        after = page.at(-1)?.manifest
      } while (after !== undefined)
      expect(seen).toEqual(new Map([...words.map((word) => [digest(word), false] as const), [digest('alive'), true]]))
    })

    for (const limit of [1, 2, 100]) {
      test(`countManifests() in pages of ${limit} counts live and deleted ones of each repository`, async () => {
        await fill()
        const counted = new Map<number, { live: number; deleted: number }>()
        let after: Parameters<MetadataStore['countManifests']>[0] = { repositoryId: 0, digest: undefined }
        for (;;) {
          const page = await store.countManifests(after, limit)
          for (const { repositoryId, live, deleted } of page) {
            const known = counted.get(repositoryId) ?? { live: 0, deleted: 0 }
            counted.set(repositoryId, { live: known.live + live, deleted: known.deleted + deleted })
          }
          const last = page.at(-1)
          if (last !== undefined) after = { repositoryId: last.repositoryId, digest: last.last }
          if (page.reduce((sum, { live, deleted }) => sum + live + deleted, 0) < limit) break
        }
        expect(counted).toEqual(
          new Map([
            [app.id, { live: 0, deleted: 1 }],
            [other.id, { live: 2, deleted: 1 }],
          ]),
        )
      })
    }

    test('listRepositoryPlaces() lists repositories of all accounts, deleted ones until they are purged', async () => {
      const registry = await makeRegistry(store, '111111111111')
      const far = await store.transact((transaction) =>
        transaction.insertRepository(newRepository(registry, 'far/away')),
      )
      await store.transact((transaction) => transaction.deleteRepository(other.id, 5, 5))
      const first = await store.listRepositoryPlaces(0, 2)
      expect(first).toEqual([
        { id: app.id, registryId: app.registryId, name: 'team/app', isDeleted: false },
        { id: other.id, registryId: other.registryId, name: 'team/other', isDeleted: true },
      ])
      expect(await store.listRepositoryPlaces(other.id, 2)).toMatchObject([
        { id: far?.id, registryId: registry.id, name: 'far/away', isDeleted: false },
      ])
    })

    test('weighRemovals() weighs what waits to be unlinked, due or not', async () => {
      expect(await store.weighRemovals(undefined, 10)).toEqual({ count: 0, sizeBytes: 0, last: undefined })
      for (const word of ['a', 'bb', 'ccc']) await put(word)
      await store.transact(async (transaction) => {
        for (const word of ['a', 'bb', 'ccc']) await transaction.deleteBlob(digest(word), EVER)
      })
      const first = await store.weighRemovals(undefined, 2)
      expect(first).toEqual({ count: 2, sizeBytes: 3, last: blob('bb').location })
      expect(await store.weighRemovals(first.last, 2)).toEqual({ count: 1, sizeBytes: 3, last: blob('ccc').location })
    })
  })
}
