import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { parseRepositoryName } from '../../src/core/repository-name.ts'
import { parseNamespacePath } from '../../src/core/settings/scope.ts'
import type { Repository } from '../../src/ports/metadata/repositories.ts'
import type { QuotaKey, SettingRecord, StoredSetting } from '../../src/ports/metadata/settings.ts'
import type { MetadataStore, MetadataTransaction } from '../../src/ports/metadata-store.ts'
import {
  blob,
  digest,
  type MetadataStoreFixture,
  makeRepository,
  manifest,
  type OpenMetadataStore,
  purgeAll,
} from './metadata-store-fixture.ts'

const TEAM = { kind: 'namespace', path: parseNamespacePath('team/') } as const
const WEB = { kind: 'namespace', path: parseNamespacePath('team/web/') } as const
const REGISTRY = { kind: 'registry' } as const
const INSTALLATION = { kind: 'installation' } as const
const BY = { locked: false, changedAtMs: 5, changedBy: 'arn:aws:iam::000000000000:root' }

const protection = (value: boolean, locked = false): SettingRecord => ({
  name: 'deletionProtection',
  value,
  ...BY,
  locked,
})

export function testSettings(open: OpenMetadataStore): void {
  describe('settings and quotas', () => {
    let fixture: MetadataStoreFixture
    let store: MetadataStore
    let repository: Repository
    let stores: MetadataStore[]
    beforeEach(async () => {
      fixture = await open()
      store = fixture.store
      repository = await makeRepository(store, 'team/web/app')
      stores = [store]
      if (fixture.openAnother !== undefined) stores.push(await fixture.openAnother())
    })
    afterEach(async () => {
      for (const each of stores.slice(1)) await each.close()
      await fixture.close()
    })
    const change = async <Result>(work: (transaction: MetadataTransaction) => Promise<Result>): Promise<Result> =>
      await store.transact(async (transaction) => {
        await transaction.lockSettings(undefined)
        return await work(transaction)
      })
    const list = async () =>
      await store.listSettings(repository.registryId, { namespaces: [WEB.path, TEAM.path], repository })

    test('listSettings() gives what is said from the farthest scope to the nearest, with who said it', async () => {
      const { registryId, id, name } = repository
      await change(async (transaction) => {
        await transaction.putRepositorySetting(id, { name: 'quota', value: { images: 3 }, ...BY })
        for (const scope of [WEB, TEAM, REGISTRY, INSTALLATION]) {
          await transaction.putScopeSetting(registryId, scope, protection(true, scope === TEAM))
        }
      })
      const said = await list()
      expect(said.map(({ scope }) => scope)).toEqual([
        INSTALLATION,
        REGISTRY,
        TEAM,
        WEB,
        { kind: 'repository', name: parseRepositoryName(name) },
      ])
      expect(said.map(({ locked }) => locked)).toEqual([false, false, true, false, false])
      expect(said.at(-1)).toMatchObject({ name: 'quota', value: { images: 3 }, ...BY })
      const above = await store.listSettings(registryId, { namespaces: [] })
      expect(above.map(({ scope }) => scope)).toEqual([INSTALLATION, REGISTRY])
      const elsewhere = await store.listSettings(registryId + 1, { namespaces: [TEAM.path] })
      expect(elsewhere.map(({ scope }) => scope)).toEqual([INSTALLATION])
    })

    test('a setting is replaced, and deleted once', async () => {
      const { registryId, id } = repository
      await change((transaction) => transaction.putScopeSetting(registryId, TEAM, protection(true, true)))
      await change((transaction) => transaction.putScopeSetting(registryId, TEAM, protection(false)))
      expect(await list()).toEqual([{ scope: TEAM, ...protection(false) } as StoredSetting])
      const remove = async () =>
        await change((transaction) => transaction.deleteScopeSetting(registryId, TEAM, 'deletionProtection'))
      expect([await remove(), await remove(), await list()]).toEqual([true, false, []])
      await change((transaction) => transaction.putRepositorySetting(id, { name: 'quota', value: {}, ...BY }))
      const removeOwn = async () => await change((transaction) => transaction.deleteRepositorySetting(id, 'quota'))
      expect([await removeOwn(), await removeOwn(), await list()]).toEqual([true, false, []])
    })

    test('listNamespacesWithSettings() pages through namespaces, and has neither registry nor installation', async () => {
      const { registryId } = repository
      await change(async (transaction) => {
        for (const scope of [WEB, TEAM, REGISTRY, INSTALLATION]) {
          await transaction.putScopeSetting(registryId, scope, protection(true))
        }
        const quota = { name: 'quota', value: { images: 1 }, ...BY } as const
        await transaction.putScopeSetting(registryId, TEAM, quota)
      })
      const first = await store.listNamespacesWithSettings(registryId, { limit: 1 })
      expect(first).toEqual([{ path: TEAM.path, names: ['deletionProtection', 'quota'] }])
      const second = await store.listNamespacesWithSettings(registryId, { after: TEAM.path, limit: 5 })
      expect(second).toEqual([{ path: WEB.path, names: ['deletionProtection'] }])
    })

    test('listScopePolicies() gives the policies of the installation, the registry and its namespaces', async () => {
      const { registryId } = repository
      const policy = (text: string) => ({ name: 'repositoryPolicy', value: text, ...BY }) as const
      await change(async (transaction) => {
        for (const scope of [TEAM, REGISTRY, INSTALLATION]) {
          await transaction.putScopeSetting(registryId, scope, policy(scope.kind))
          await transaction.putScopeSetting(registryId, scope, protection(true))
        }
        await transaction.putScopeSetting(registryId + 1, TEAM, policy('another registry'))
      })
      const listed = await store.listScopePolicies(registryId)
      expect(listed.map(({ text }) => text).sort()).toEqual(['installation', 'namespace', 'registry'])
    })

    test('a change of policies counts as one of identities: of the account, or of everybody', async () => {
      const accountId = '000000000000'
      const epochOf = async (id: string) =>
        (await store.listIdentityEpochs()).find((epoch) => epoch.accountId === id)?.epoch ?? 0
      const before = [await epochOf(accountId), await epochOf('')]
      const told: (readonly string[])[] = []
      store.watchIdentities((accountIds) => told.push(accountIds))
      await store.transact((transaction) => transaction.lockSettings({ accountId }))
      await store.transact((transaction) => transaction.lockSettings('everybody'))
      await store.transact((transaction) => transaction.lockSettings(undefined))
      expect([await epochOf(accountId), await epochOf('')]).toEqual(before.map((epoch) => epoch + 1))
      expect(told).toEqual([[accountId], ['']])
    })

    test('blobs are charged once, and released when no live manifest refers to them', async () => {
      const { id } = repository
      await store.transact(async (transaction) => {
        await transaction.lockRepository(id, 'exclusive')
        for (const word of ['base', 'one', 'three']) await transaction.putBlob(blob(word), 0)
        for (const word of ['base', 'one']) await transaction.linkBlob(id, digest(word), 10)
        await transaction.putManifest(id, manifest('a', { blobs: ['base', 'one'].map(digest) }))
        expect(await transaction.chargeBlobs(id, digest('a'))).toBe(7)
        expect(await transaction.chargeBlobs(id, digest('a'))).toBe(0)
        await transaction.putManifest(id, manifest('b', { blobs: ['base', 'three', 'nowhere'].map(digest) }))
        expect(await transaction.chargeBlobs(id, digest('b'))).toBe(0)
        await transaction.linkBlob(id, digest('three'), 10)
        expect(await transaction.chargeLateBlob(id, digest('three'))).toBe(5)
        expect(await transaction.chargeLateBlob(id, digest('three'))).toBe(0)
        await transaction.deleteManifest(id, digest('a'), { atMs: 5, purgeDueAtMs: 6 })
        expect(await transaction.releaseBlobs(id, digest('a'))).toBe(3)
        await transaction.deleteManifest(id, digest('b'), { atMs: 5, purgeDueAtMs: 6 })
        expect(await transaction.releaseBlobs(id, digest('b'))).toBe(9)
        expect(await transaction.releaseBlobs(id, digest('b'))).toBe(0)
      })
    })

    test('a blob that comes while a manifest over it is written is charged by one of the two', async () => {
      const { id } = repository
      const words = Array.from({ length: 40 }, (_, at) => `late ${at}`)
      const charged = await Promise.all(
        words.flatMap((word, at) => [
          (stores[at % stores.length] ?? store).transact(async (transaction) => {
            await transaction.lockRepository(id, 'shared')
            await transaction.lockArrivals(id, [digest(word)])
            await transaction.putManifest(id, manifest(`over ${word}`, { blobs: [digest(word)] }))
            return await transaction.chargeBlobs(id, digest(`over ${word}`))
          }),
          (stores[(at + 1) % stores.length] ?? store).transact(async (transaction) => {
            await transaction.lockRepository(id, 'shared')
            await transaction.putBlob(blob(word), 0)
            await transaction.linkBlob(id, digest(word), 10)
            return await transaction.chargeLateBlob(id, digest(word))
          }),
        ]),
      )
      for (const [at, word] of words.entries()) {
        const both = charged.slice(2 * at, 2 * at + 2)
        expect([word, both.reduce((sum, bytes) => sum + bytes, 0)]).toEqual([word, word.length])
      }
    })

    test('usage adds up over repositories of a scope that are there, and goes with the repository', async () => {
      const other = await makeRepository(store, 'team/other')
      const beside = await makeRepository(store, 'team0/app')
      for (const [one, bytes] of [
        [repository, 1],
        [other, 10],
        [beside, 100],
      ] as const) {
        await store.transact((transaction) => transaction.addUsage(one.id, { bytes, images: 1 }))
        await store.transact((transaction) => transaction.addUsage(one.id, { bytes, images: 1 }))
      }
      const { registryId } = repository
      const sums = async () => {
        const scopes = [WEB, TEAM, REGISTRY, INSTALLATION]
        return await Promise.all(scopes.map(async (scope) => (await store.sumUsage(registryId, scope)).bytes))
      }
      expect(await sums()).toEqual([2, 22, 222, 222])
      expect(await store.repositoryUsage(other.id)).toEqual({ bytes: 20, images: 2 })
      await store.transact((transaction) => transaction.deleteRepository(other.id, 5, 6))
      expect(await sums()).toEqual([2, 2, 202, 202])
      expect(await store.repositoryUsage(other.id)).toEqual({ bytes: 20, images: 2 })
      await purgeAll(store, other.id, 9)
      expect(await store.repositoryUsage(other.id)).toEqual({ bytes: 0, images: 0 })
    })

    const key = (): QuotaKey => ({ registryId: repository.registryId, scope: TEAM })
    const take = async (bytes: number, images: number, from = store) =>
      await from.transact((transaction) => transaction.takeQuota(key(), { bytes, images }))

    test('takeQuota() takes what is there to the last byte, gathering it where it has to', async () => {
      await change((transaction) => transaction.setQuotaLeft(key(), { bytes: 1000, images: 3 }))
      expect(await take(990, 1)).toBeUndefined()
      expect(await take(11, 1)).toEqual({ bytes: 10, images: 2 })
      expect(await take(10, 1)).toBeUndefined()
      expect(await take(0, 2)).toEqual({ bytes: 0, images: 1 })
      await store.transact((transaction) => transaction.returnQuota(key(), { bytes: 7, images: 1 }))
      expect(await take(7, 2)).toBeUndefined()
      expect(await take(1, 0)).toEqual({ bytes: 0, images: 0 })
    })

    test('returnQuota() of negative numbers takes more than there is, and then nothing can be taken', async () => {
      await change((transaction) => transaction.setQuotaLeft(key(), { bytes: 10, images: 0 }))
      await store.transact((transaction) => transaction.returnQuota(key(), { bytes: -30, images: 0 }))
      expect(await take(1, 0)).toEqual({ bytes: -20, images: 0 })
      await store.transact((transaction) => transaction.returnQuota(key(), { bytes: 21, images: 0 }))
      expect(await take(1, 0)).toBeUndefined()
    })

    test('of 50 who take at once, exactly as many succeed as there is room for', async () => {
      await change((transaction) => transaction.setQuotaLeft(key(), { bytes: 1_000_000, images: 20 }))
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) => take(100, 1, stores[index % stores.length])),
      )
      expect(answers.filter((left) => left === undefined)).toHaveLength(20)
      expect(await take(0, 1)).toEqual({ bytes: 998_000, images: 0 })
    })

    test('a repository has a quota of its own beside those of its scopes, which goes with it', async () => {
      const { registryId, id } = repository
      const own = { registryId, repositoryId: id }
      await change((transaction) => transaction.setQuotaLeft(key(), { bytes: 10, images: 10 }))
      await change((transaction) => transaction.setQuotaLeft(own, { bytes: 1, images: 1 }))
      const takeOwn = () => store.transact((transaction) => transaction.takeQuota(own, { bytes: 1, images: 1 }))
      expect(await takeOwn()).toBeUndefined()
      expect(await takeOwn()).toEqual({ bytes: 0, images: 0 })
      expect(await take(10, 10)).toBeUndefined()
      await store.transact((transaction) => transaction.deleteRepository(id, 5, 6))
      await purgeAll(store, id, 9)
      await expect(takeOwn()).rejects.toThrow('has no shares')
    })
  })
}
