import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { CreationTemplate, MetadataStore } from '../../src/ports/metadata-store.ts'
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
  tag,
  upload,
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

    test('account settings are kept by name', async () => {
      const { id } = await makeRegistry(store)
      await store.transact(async (transaction) => {
        await transaction.putAccountSetting(id, 'BLOB_MOUNTING', 'ENABLED')
        await transaction.putAccountSetting(id, 'OTHER', 'x')
        await transaction.putAccountSetting(id, 'BLOB_MOUNTING', 'DISABLED')
      })
      expect(await store.getAccountSettings(id)).toEqual({ BLOB_MOUNTING: 'DISABLED', OTHER: 'x' })
    })

    test('a repository comes back as it was inserted, with every field', async () => {
      const registry = await makeRegistry(store)
      const wanted = newRepository(registry, 'a/b', {
        createdAtMs: 1_762_000_000_123,
        tagMutability: { mode: 'IMMUTABLE_WITH_EXCLUSION', exclusionFilters: ['latest', 'dev-*'] },
        scanOnPush: true,
        encryption: { type: 'KMS', kmsKey: 'arn:aws:kms:x' },
        repositoryPolicyText: '{"a": 1 }',
        lifecyclePolicyText: '{ }',
      })
      const made = await store.transact((transaction) => transaction.insertRepository(wanted))
      expect(made).toEqual({ ...wanted, id: made?.id ?? 0 })
      expect(await store.findRepository(registry.id, wanted.name)).toEqual(made)
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

    test('deleteRepository() takes everything along, and its blobs become candidates of no repository', async () => {
      const kept = await makeRepository(store, 'kept')
      const gone = await makeRepository(store, 'gone')
      const shared = manifest('shared', { blobs: [digest('layer')] })
      await push(store, kept.id, shared, 'v1')
      await push(store, gone.id, shared, 'v1')
      await push(store, gone.id, manifest('deleted', { blobs: [digest('old-layer')] }), 'v2')
      await store.transact(async (transaction) => {
        await transaction.putBlob(blob('linked'), 0)
        await transaction.linkBlob(gone.id, digest('linked'), 9_000_000_000_000)
        await transaction.deleteManifest(gone.id, digest('deleted'), 5, 9_000_000_000_000)
        await transaction.putResourceTags(gone.id, [{ key: 'a', value: 'b' }])
        await transaction.insertUpload(upload(1, { repositoryId: gone.id, expiresAtMs: 9_000_000_000_000 }))
      })
      await store.transact(async (transaction) => {
        await transaction.lockRepository(gone.id, 'exclusive')
        await transaction.deleteRepository(gone.id, 77)
      })
      expect(await store.findRepository(gone.registryId, gone.name)).toBeUndefined()
      const candidates = await store.listDueCandidates(9_000_000_000_000, 10)
      expect(candidates).toEqual(
        [digest('layer'), digest('linked'), digest('old-layer')]
          .sort()
          .map((each) => ({ kind: 'blob', repositoryId: undefined, digest: each, dueAtMs: 77 })),
      )
      // The bytes of a manifest that another repository holds stay; an upload's row stays until its bytes are gone.
      expect((await store.readManifestByTag(kept.id, tag('v1')))?.content).toEqual(shared.content)
      expect(await store.listExpiredUploads(1, 10)).toHaveLength(1)
    })

    test('a repository made anew under the name of a deleted one sees nothing of it', async () => {
      const old = await makeRepository(store, 'a/b')
      await push(store, old.id, manifest('m', { subject: digest('s'), blobs: [digest('layer')] }), 'v1')
      await store.transact((transaction) => transaction.linkBlob(old.id, digest('layer'), 5))
      await store.transact((transaction) => transaction.deleteRepository(old.id, 77))
      const { id } = await makeRepository(store, 'a/b')
      expect(id).not.toBe(old.id)
      expect(await store.listTags(id, { limit: 10 })).toEqual([])
      expect(await store.hasManifests(id)).toBe(false)
      expect(await store.readManifest(id, digest('m'))).toBeUndefined()
      expect(await store.listReferrers(id, { subject: digest('s'), artifactTypes: [] }, { limit: 10 })).toEqual([])
      expect(await store.findRepositoryBlob(id, digest('layer'))).toBeUndefined()
      expect(await store.hasManifests(old.id)).toBe(false)
      expect(await push(store, id, manifest('m'), 'v1')).toBe('created')
    })
  })
}
