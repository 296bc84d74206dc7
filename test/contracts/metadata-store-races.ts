import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { parseRepositoryName } from '../../src/core/repository-name.ts'
import type { Repository } from '../../src/ports/metadata/repositories.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import {
  blob,
  digest,
  location,
  type MetadataStoreFixture,
  makeRepository,
  manifest,
  type OpenMetadataStore,
  purgeAll,
  push,
  tag,
} from './metadata-store-fixture.ts'

/** Calls `action` so many times at once, over two processes' worth of stores where the engine has that. */
async function atOnce<Result>(
  stores: readonly MetadataStore[],
  times: number,
  action: (store: MetadataStore, index: number) => Promise<Result>,
): Promise<Result[]> {
  return await Promise.all(
    Array.from({ length: times }, (_, index) => {
      const store = stores[index % stores.length]
      if (store === undefined) throw new Error('no store')
      return action(store, index)
    }),
  )
}

export function testRaces(open: OpenMetadataStore): void {
  describe('races', () => {
    let fixture: MetadataStoreFixture
    let store: MetadataStore
    let stores: MetadataStore[]
    let repository: Repository
    beforeEach(async () => {
      fixture = await open()
      store = fixture.store
      repository = await makeRepository(store)
      stores = [store]
      if (fixture.openAnother !== undefined) stores.push(await fixture.openAnother())
    })
    afterEach(async () => {
      for (const each of stores.slice(1)) await each.close()
      await fixture.close()
    })

    test('of 50 who want to create one tag, exactly one finds it free', async () => {
      const { id } = repository
      const outcomes = await atOnce(stores, 50, (each, index) =>
        each.transact(async (transaction) => {
          await transaction.lockRepository(id, 'shared')
          await transaction.lockTag(id, tag('v1'))
          if ((await transaction.findTag(id, tag('v1'))) !== undefined) return 'lost'
          await transaction.putManifest(id, manifest(`m${index}`))
          await transaction.putTag(id, tag('v1'), digest(`m${index}`), { atMs: 5 })
          return 'won'
        }),
      )
      expect(outcomes.filter((outcome) => outcome === 'won')).toHaveLength(1)
      const winner = outcomes.indexOf('won')
      expect((await store.findTag(id, tag('v1')))?.digest).toBe(digest(`m${winner}`))
      expect(await store.listManifests(id, 'ANY', { limit: 100 })).toHaveLength(1)
    })

    test('of 20 who push the same manifest, one creates it', async () => {
      const pushed = manifest('same', { blobs: [digest('x'), digest('y')], children: [digest('z')] })
      const outcomes = await atOnce(stores, 20, (each, index) => push(each, repository.id, pushed, `t${index}`))
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1)
      expect(await store.listTags(repository.id, { limit: 100 })).toHaveLength(20)
      // Every tag was counted: taking 19 of them off leaves it tagged.
      for (let index = 1; index < 20; index++) {
        await store.transact((transaction) => transaction.deleteTag(repository.id, tag(`t${index}`), { atMs: 9 }))
      }
      expect(await store.listManifests(repository.id, 'TAGGED', { limit: 10 })).toHaveLength(1)
      expect(await store.listManifests(repository.id, 'UNTAGGED', { limit: 10 })).toHaveLength(0)
    })

    test('of 20 who create a repository, one does, and all find it', async () => {
      const { id: _id, ...settings } = repository
      const wanted = { ...settings, name: parseRepositoryName('new/one') }
      const outcomes = await atOnce(stores, 20, (each) =>
        each.transact((transaction) => transaction.insertRepository(wanted)),
      )
      expect(outcomes.filter((outcome) => outcome !== undefined)).toHaveLength(1)
    })

    test('tags that move both ways at once never lose count', async () => {
      const { id } = repository
      await push(store, id, manifest('a'))
      await push(store, id, manifest('b'))
      await atOnce(stores, 60, (each, index) =>
        each.transact(async (transaction) => {
          const name = tag(`t${index % 6}`)
          await transaction.lockRepository(id, 'shared')
          await transaction.lockTag(id, name)
          if (index % 5 === 4) return await transaction.deleteTag(id, name, { atMs: 7 })
          await transaction.putTag(id, name, digest(index % 2 === 0 ? 'a' : 'b'), { atMs: 7 })
          return true
        }),
      )
      const names = await store.listTags(id, { limit: 100 })
      const tags = await Promise.all(names.map((name) => store.findTag(id, name)))
      const tagged = (await store.listManifests(id, 'TAGGED', { limit: 10 })).map((each) => each.digest)
      expect(tagged).toEqual([...new Set(tags.flatMap((entry) => entry?.digest ?? []))].sort())
    })

    test('a manifest whose bytes are being dropped elsewhere is pushed whole', async () => {
      const other = await makeRepository(store, 'other')
      for (let round = 0; round < 15; round++) {
        const pushed = manifest(`m${round}`)
        await push(store, other.id, pushed)
        await store.transact((transaction) =>
          transaction.deleteManifest(other.id, pushed.digest, { atMs: 1, purgeDueAtMs: 2 }),
        )
        await atOnce(stores, 2, (each, index) =>
          index === 0
            ? each.transact((transaction) => transaction.purgeManifest(other.id, pushed.digest, 3))
            : push(each, repository.id, pushed, `v${round}`),
        )
        expect((await store.readManifest(repository.id, pushed.digest))?.content).toEqual(pushed.content)
      }
    })

    test('a blob that is collected while it is pushed is either refused or stays', async () => {
      const { id } = repository
      for (let round = 0; round < 25; round++) {
        const layer = digest(`layer ${round}`)
        await store.transact((transaction) => transaction.putBlob(blob(`layer ${round}`), 0))
        await store.transact((transaction) => transaction.linkBlob(id, layer, 5))
        const [collected, pushed] = await atOnce(stores, 2, (each, index) =>
          index === 0 ? collect(each, id, round) : pushOver(each, id, round),
        )
        expect([collected, pushed].filter((done) => done)).toHaveLength(1)
        expect((await store.findRepositoryBlob(id, layer)) !== undefined).toBe(pushed === true)
        expect((await store.findManifest(id, digest(`over ${round}`))) !== undefined).toBe(pushed === true)
      }
    })

    test('a digest that is pushed again while it is collected keeps the new bytes', async () => {
      const { id } = repository
      for (let round = 0; round < 25; round++) {
        const layer = digest(`layer ${round}`)
        await store.transact((transaction) =>
          transaction.putBlob(blob(`layer ${round}`, { location: location(`old ${round}`) }), 0),
        )
        await atOnce(stores, 2, (each, index) =>
          index === 0 ? collectUnlinked(each, round) : pushBytes(each, id, round),
        )
        expect((await store.findRepositoryBlob(id, layer))?.location).toBe(location(`new ${round}`))
        const removed = (await store.listDueRemovals(1000, 100)).map((removal) => removal.location)
        expect(removed).toContain(location(`old ${round}`))
        expect(removed).not.toContain(location(`new ${round}`))
      }
    })

    test('20 who lease one blob, and 20 who link it elsewhere, all do', async () => {
      const layer = digest('shared')
      await store.transact((transaction) => transaction.putBlob(blob('shared', { leaseUntilMs: 0 }), 0))
      await atOnce(stores, 40, (each, index) =>
        each.transact(async (transaction) => {
          await transaction.lockBlobs([layer], 'exclusive')
          expect(await transaction.findBlob(layer)).toBeDefined()
          await transaction.leaseBlobs([layer], 1000 + index)
          if (index % 2 === 1) await transaction.linkBlob(repository.id + index, layer, 5)
        }),
      )
      expect((await store.findBlob(layer))?.leaseUntilMs).toBe(1039)
    })

    test('a repository that is being deleted is pushed to before or not at all', async () => {
      for (let round = 0; round < 10; round++) {
        const { id } = await makeRepository(store, `gone-${round}`)
        await atOnce(stores, 8, (each, index) =>
          each.transact(async (transaction) => {
            if (index === 3) {
              if ((await transaction.lockRepository(id, 'exclusive')) !== undefined)
                await transaction.deleteRepository(id, 5, 6)
              return
            }
            if ((await transaction.lockRepository(id, 'shared')) === undefined) return
            await transaction.putManifest(id, manifest(`m${round}-${index}`))
            await transaction.lockTag(id, tag(`t${index}`))
            await transaction.putTag(id, tag(`t${index}`), digest(`m${round}-${index}`), { atMs: 5 })
          }),
        )
        await purgeAll(store, id, 3)
        expect(await store.listTags(id, { limit: 10 })).toEqual([])
        expect(await store.hasManifests(id)).toBe(false)
      }
    })

    test('of 20 who delete a repository and make it again, no two have it at a time, and every one can be purged', async () => {
      const { id: _id, ...settings } = repository
      const deleted = await atOnce(stores, 20, (each) =>
        each.transact(async (transaction) => {
          const current = await transaction.findRepository(repository.registryId, repository.name)
          if (current === undefined) return await transaction.insertRepository(settings)
          if ((await transaction.lockRepository(current.id, 'exclusive')) === undefined) return undefined
          await transaction.deleteRepository(current.id, 5, 6)
          return undefined
        }),
      )
      const candidates = await store.listDueCandidates(6, 100)
      const made = [repository, ...deleted.filter((each) => each !== undefined)].map(({ id }) => id)
      const live = await store.findRepository(repository.registryId, repository.name)
      expect([...candidates.map(({ repositoryId }) => repositoryId), live?.id].filter(Boolean).sort()).toEqual(
        made.sort(),
      )
      for (const id of made.filter((each) => each !== live?.id)) await purgeAll(store, id)
    })

    test('two who purge a repository at once take its manifests once, and lose no blob', async () => {
      for (let round = 0; round < 5; round++) {
        const { id } = await makeRepository(store, `purged-${round}`)
        const words = Array.from({ length: 12 }, (_, index) => `${round}-${index}`)
        for (const word of words)
          await push(store, id, manifest(word, { blobs: [digest(`layer ${word}`)] }), `t${word}`)
        await store.transact((transaction) => transaction.deleteRepository(id, 5, 6))
        const purged = await atOnce(stores, 40, (each) =>
          each.transact((transaction) => transaction.purgeRepository(id, { limit: 2, blobsDueAtMs: 9 })),
        )
        expect(purged.reduce((sum, { manifests }) => sum + manifests, 0)).toBe(12)
        expect(purged.filter(({ state }) => state === 'purged')).toHaveLength(1)
        const candidates = (await store.listDueCandidates(9, 1000)).map((candidate) => candidate.digest)
        expect(candidates).toEqual(expect.arrayContaining(words.map((word) => digest(`layer ${word}`))))
      }
    })

    async function collect(each: MetadataStore, id: number, round: number): Promise<boolean> {
      const layer = digest(`layer ${round}`)
      return await each.transact(async (transaction) => {
        await transaction.lockBlobs([layer], 'exclusive')
        if (await transaction.isBlobHeldBy(id, layer)) return false
        await transaction.unlinkBlob(id, layer)
        if (!(await transaction.isBlobHeld(layer))) await transaction.deleteBlob(layer, 9)
        return true
      })
    }

    async function pushOver(each: MetadataStore, id: number, round: number): Promise<boolean> {
      const layer = digest(`layer ${round}`)
      return await each.transact(async (transaction) => {
        await transaction.lockRepository(id, 'shared')
        await transaction.lockBlobs([layer], 'shared')
        if ((await transaction.findRepositoryBlob(id, layer)) === undefined) return false
        await transaction.putManifest(id, manifest(`over ${round}`, { blobs: [layer] }))
        return true
      })
    }

    async function collectUnlinked(each: MetadataStore, round: number): Promise<void> {
      const layer = digest(`layer ${round}`)
      await each.transact(async (transaction) => {
        await transaction.lockBlobs([layer], 'exclusive')
        if (!(await transaction.isBlobHeld(layer))) await transaction.deleteBlob(layer, 9)
      })
    }

    async function pushBytes(each: MetadataStore, id: number, round: number): Promise<void> {
      await each.transact(async (transaction) => {
        await transaction.lockRepository(id, 'shared')
        await transaction.putBlob(blob(`layer ${round}`, { location: location(`new ${round}`) }), 9)
        await transaction.linkBlob(id, digest(`layer ${round}`), 5)
      })
    }
  })
}
