import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { CreationTemplate } from '../../src/ports/metadata/creation-templates.ts'
import type { RepositoryChange } from '../../src/ports/metadata/repositories.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import {
  type MetadataStoreFixture,
  makeRegistry,
  makeRepository,
  newRepository,
  type OpenMetadataStore,
} from './metadata-store-fixture.ts'

const TEMPLATE: CreationTemplate = {
  prefix: 'team',
  description: 'all of them',
  appliedFor: ['CREATE_ON_PUSH'],
  tagMutability: { mode: 'IMMUTABLE_WITH_EXCLUSION', exclusionFilters: ['dev-*'] },
  resourceTags: [{ key: 'k', value: 'ü' }],
  createdAtMs: 1,
  updatedAtMs: 2,
}

export function testRepositories(open: OpenMetadataStore): void {
  describe('registries and repositories', () => {
    let fixture: MetadataStoreFixture
    let store: MetadataStore
    beforeEach(async () => {
      fixture = await open()
      store = fixture.store
    })
    afterEach(() => fixture.close())

    test('ensureRegistry() makes one per account and region, once', async () => {
      const first = await makeRegistry(store)
      expect(await makeRegistry(store)).toEqual(first)
      expect(await store.findRegistry('000000000000', 'us-east-1')).toEqual(first)
      expect(await store.findRegistry('000000000000', 'eu-west-1')).toBeUndefined()
      expect((await makeRegistry(store, '111111111111')).id).not.toBe(first.id)
    })

    test('ensureInstallation() keeps the first id', async () => {
      expect(await store.findInstallation()).toBeUndefined()
      expect(await store.transact((transaction) => transaction.ensureInstallation('one'))).toBe('one')
      expect(await store.transact((transaction) => transaction.ensureInstallation('two'))).toBe('one')
      expect(await store.findInstallation()).toBe('one')
    })

    test('account settings are kept by name', async () => {
      const { id } = await makeRegistry(store)
      await store.transact(async (transaction) => {
        await transaction.putAccountSetting(id, 'BLOB_MOUNTING', 'ENABLED')
        await transaction.putAccountSetting(id, 'OTHER', 'x')
        await transaction.putAccountSetting(id, 'BLOB_MOUNTING', 'DISABLED')
      })
      expect(await store.getAccountSettings(id)).toEqual({ BLOB_MOUNTING: 'DISABLED', OTHER: 'x' })
    })

    test('listRegistries() has every registry, in the order in which they were made', async () => {
      const first = await makeRegistry(store)
      const second = await makeRegistry(store, '111111111111')
      expect(await store.listRegistries()).toEqual([first, second])
    })

    test('a repository comes back as it was inserted, with every field', async () => {
      const registry = await makeRegistry(store)
      const wanted = newRepository(registry, 'a/b', {
        createdAtMs: 1_762_000_000_123,
        tagMutability: { mode: 'IMMUTABLE_WITH_EXCLUSION', exclusionFilters: ['latest', 'dev-*'] },
        scanOnPush: true,
        encryption: { type: 'KMS', kmsKey: 'arn:aws:kms:x' },
      })
      const made = await store.transact((transaction) => transaction.insertRepository(wanted))
      expect(made).toMatchObject(wanted)
      expect(await store.findRepository(registry.id, wanted.name)).toEqual(made)
    })

    test('readPolicyTexts() gives what a repository was inserted with, and nothing without', async () => {
      const registry = await makeRegistry(store)
      const texts = { repositoryPolicyText: '{"a": 1 }', lifecyclePolicyText: '{ }' }
      const made = await store.transact((transaction) =>
        transaction.insertRepository(newRepository(registry, 'a/b', texts)),
      )
      const bare = await makeRepository(store, 'a/c')
      expect(made).not.toMatchObject(texts)
      expect(await store.readPolicyTexts(made?.id ?? 0)).toEqual(texts)
      expect(await store.readPolicyTexts(bare.id)).toEqual({})
      expect(await store.readPolicyTexts(bare.id + 1)).toEqual({})
    })

    test('a policy is read as it was put, and its revisions are never used twice', async () => {
      const { id, registryId, name } = await makeRepository(store, 'a/b')
      const put = (text: string) => store.transact((transaction) => transaction.putRepositoryPolicy(id, text))
      const drop = () => store.transact((transaction) => transaction.deleteRepositoryPolicy(id))
      const revision = async () => (await store.findRepository(registryId, name))?.policyRevision
      const other = await makeRepository(store, 'a/c')
      expect([await store.readRepositoryPolicy(id), await revision()]).toEqual([undefined, undefined])
      await put('{ "a": "ü" }')
      expect([await store.readRepositoryPolicy(id), await revision()]).toEqual(['{ "a": "ü" }', 1])
      await put('{}')
      expect([await store.readRepositoryPolicy(id), await revision()]).toEqual(['{}', 2])
      await drop()
      await drop()
      expect([await store.readRepositoryPolicy(id), await revision()]).toEqual([undefined, undefined])
      await put('{ }')
      expect([await store.readRepositoryPolicy(id), await revision()]).toEqual(['{ }', 3])
      expect(await store.transact((transaction) => transaction.lockRepository(id, 'exclusive'))).toMatchObject({
        policyRevision: 3,
      })
      expect((await store.listRepositories(registryId, { limit: 10 })).map((each) => each.policyRevision)).toEqual([
        3,
        undefined,
      ])
      await store.transact((transaction) => transaction.putRepositoryPolicy(other.id + 1, '{}'))
      expect(await store.readRepositoryPolicy(other.id + 1)).toBeUndefined()
      expect(await store.readRepositoryPolicy(other.id)).toBeUndefined()
    })

    test('a policy that comes with a new repository is its first', async () => {
      const registry = await makeRegistry(store)
      const given = newRepository(registry, 'a/b', { repositoryPolicyText: '{"a": 1 }', lifecyclePolicyText: '{ }' })
      const made = await store.transact((transaction) => transaction.insertRepository(given))
      expect(made?.policyRevision).toBe(1)
      const id = made?.id ?? 0
      await store.transact((transaction) => transaction.putRepositoryPolicy(id, '{}'))
      expect((await store.findRepository(registry.id, given.name))?.policyRevision).toBe(2)
      expect(await store.readPolicyTexts(id)).toEqual({ repositoryPolicyText: '{}', lifecyclePolicyText: '{ }' })
    })

    test('a repository has the settings that somebody has chosen, until they are taken away again', async () => {
      const registry = await makeRegistry(store)
      const unset = newRepository(registry, 'a/b', { tagMutability: undefined, scanOnPush: undefined })
      const made = await store.transact((transaction) => transaction.insertRepository(unset))
      expect([made?.tagMutability, made?.scanOnPush]).toEqual([undefined, undefined])
      const find = async () => await store.findRepository(registry.id, unset.name)
      expect(await find()).toEqual(made)
      const tagMutability = { mode: 'IMMUTABLE', exclusionFilters: [] } as const
      const change = (to: RepositoryChange) =>
        store.transact((transaction) => transaction.updateRepository(made?.id ?? 0, to))
      await change({ tagMutability, scanOnPush: false })
      expect(await find()).toMatchObject({ tagMutability, scanOnPush: false })
      await change({ tagMutability: null, scanOnPush: null })
      expect(await find()).toEqual(made)
    })

    test('insertRepository() gives undefined when the name is taken', async () => {
      const first = await makeRepository(store, 'a/b')
      const again = newRepository(await makeRegistry(store), 'a/b', { scanOnPush: true })
      expect(await store.transact((transaction) => transaction.insertRepository(again))).toBeUndefined()
      expect(await store.findRepository(first.registryId, first.name)).toEqual(first)
    })

    test('updateRepository() changes what is given and nothing else', async () => {
      const made = await makeRepository(store, 'a/b')
      const tagMutability = { mode: 'MUTABLE_WITH_EXCLUSION', exclusionFilters: ['v*'] } as const
      await store.transact((transaction) => transaction.updateRepository(made.id, { tagMutability }))
      expect(await store.findRepository(made.registryId, made.name)).toEqual({ ...made, tagMutability })
      await store.transact((transaction) => transaction.updateRepository(made.id, { scanOnPush: true }))
      expect(await store.findRepository(made.registryId, made.name)).toEqual({
        ...made,
        tagMutability,
        scanOnPush: true,
      })
    })

    test('lockRepository() gives the repository as it is now, or undefined', async () => {
      const made = await makeRepository(store, 'a/b')
      await store.transact(async (transaction) => {
        expect(await transaction.lockRepository(made.id, 'shared')).toEqual(made)
        expect(await transaction.lockRepository(made.id, 'exclusive')).toEqual(made)
        expect(await transaction.lockRepository(made.id + 1000, 'shared')).toBeUndefined()
      })
    })

    test('resource tags are replaced by key and deleted by key', async () => {
      const { id } = await makeRepository(store)
      await store.transact((transaction) =>
        transaction.putResourceTags(id, [
          { key: 'b', value: '1' },
          { key: 'a', value: '2' },
        ]),
      )
      await store.transact((transaction) => transaction.putResourceTags(id, [{ key: 'b', value: '3' }]))
      expect(await store.listResourceTags(id)).toEqual([
        { key: 'a', value: '2' },
        { key: 'b', value: '3' },
      ])
      await store.transact((transaction) => transaction.deleteResourceTags(id, ['a', 'unknown']))
      expect(await store.listResourceTags(id)).toEqual([{ key: 'b', value: '3' }])
    })

    test('creation templates are kept by prefix', async () => {
      const { id } = await makeRegistry(store)
      const root = { ...TEMPLATE, prefix: 'ROOT', encryption: { type: 'KMS', kmsKey: 'k' } }
      await store.transact(async (transaction) => {
        await transaction.putCreationTemplate(id, { ...TEMPLATE, description: 'old' })
        await transaction.putCreationTemplate(id, TEMPLATE)
        await transaction.putCreationTemplate(id, root)
      })
      expect(await store.findCreationTemplate(id, 'team')).toEqual(TEMPLATE)
      expect(await store.listCreationTemplates(id, { limit: 10 })).toEqual([root, TEMPLATE])
      expect(await store.listCreationTemplates(id, { after: 'ROOT', limit: 10 })).toEqual([TEMPLATE])
      await store.transact((transaction) => transaction.deleteCreationTemplate(id, 'team'))
      expect(await store.findCreationTemplate(id, 'team')).toBeUndefined()
    })
  })
}
