import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import {
  digest,
  type MetadataStoreFixture,
  makeRepository,
  manifest,
  type OpenMetadataStore,
  push,
  tag,
  UNTOUCHED,
} from './metadata-store-fixture.ts'

const FULL = manifest('full', {
  mediaType: 'application/vnd.oci.image.index.v1+json',
  artifactType: 'application/vnd.example',
  configMediaType: 'application/vnd.config',
  subject: digest('subject'),
  imageSizeBytes: 5_000_000_000_000,
  annotations: { 'org.example': 'ü "quoted"', b: '' },
  children: [digest('child'), digest('other-child')],
  blobs: [digest('layer'), digest('layer')],
})
const { content: _content, children: _children, blobs: _blobs, annotations: ANNOTATIONS, ...FULL_RECORD } = FULL

export function testManifests(open: OpenMetadataStore): void {
  describe('manifests', () => {
    let fixture: MetadataStoreFixture
    let store: MetadataStore
    let id: number
    beforeEach(async () => {
      fixture = await open()
      store = fixture.store
      id = (await makeRepository(store)).id
    })
    afterEach(() => fixture.close())

    test('putManifest() stores every field and the very bytes', async () => {
      expect(await push(store, id, FULL, 'v1')).toBe('created')
      expect(await store.findManifest(id, FULL.digest)).toEqual({ ...FULL_RECORD, ...UNTOUCHED })
      expect(await store.readAnnotations(id, [FULL.digest])).toEqual(new Map([[FULL.digest, ANNOTATIONS ?? {}]]))
      const { digest: named, mediaType, content } = FULL
      const stored = { digest: named, mediaType, storageClass: 'standard', content }
      for (const read of [await store.readManifest(id, FULL.digest), await store.readManifestByTag(id, tag('v1'))]) {
        expect<unknown>({ ...read, content: Uint8Array.from(read?.content ?? []) }).toEqual(stored)
      }
    })

    test('readContents() gives the bytes of those that are there', async () => {
      const other = await makeRepository(store, 'other')
      await push(store, id, FULL)
      await push(store, id, manifest('second'))
      await push(store, other.id, manifest('elsewhere'))
      const asked = [FULL.digest, digest('second'), digest('elsewhere'), digest('none')]
      const contents = await store.readContents(id, asked)
      const texts = Object.fromEntries([...contents].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]))
      expect(texts).toEqual({ [FULL.digest]: '{"word":"full"}', [digest('second')]: '{"word":"second"}' })
      expect(await store.readContents(id, [])).toEqual(new Map())
    })

    test('readStoredContents() gives the smallest that fit together, also deleted ones until they are purged', async () => {
      const bytes = (sizeBytes: number) => ({ content: new Uint8Array(sizeBytes), sizeBytes })
      await push(store, id, manifest('large', bytes(100)))
      await push(store, id, manifest('middle', bytes(20)))
      await push(store, id, manifest('small', bytes(3)))
      await push(store, id, manifest('not asked for', bytes(1)))
      const asked = ['large', 'middle', 'small', 'none'].map((word) => digest(word))
      const sizes = async (mostBytes: number) => {
        const contents = await store.readStoredContents(id, asked, mostBytes)
        return [...contents.values()].map(({ byteLength }) => byteLength).sort((a, b) => a - b)
      }
      expect(await sizes(123)).toEqual([3, 20, 100])
      expect(await sizes(122)).toEqual([3, 20])
      expect(await sizes(2)).toEqual([])
      await store.transact((each) => each.deleteManifest(id, digest('small'), { atMs: 5, purgeDueAtMs: 9 }))
      expect(await sizes(122)).toEqual([3, 20])
      await store.transact((each) => each.purgeManifest(id, digest('small'), 9))
      expect(await sizes(122)).toEqual([20, 100])
      expect(await store.readStoredContents(id, [], 100)).toEqual(new Map())
    })

    test('putManifest() of one that exists leaves it as it is', async () => {
      await push(store, id, FULL)
      expect(await push(store, id, { ...FULL, mediaType: 'other/type', pushedAtMs: 9 })).toBe('existing')
      expect(await store.findManifest(id, FULL.digest)).toMatchObject(FULL_RECORD)
    })

    test('a manifest is known in its repository only', async () => {
      const other = await makeRepository(store, 'other')
      await push(store, id, FULL, 'v1')
      expect(await store.readManifest(other.id, FULL.digest)).toBeUndefined()
      expect(await store.readManifestByTag(other.id, tag('v1'))).toBeUndefined()
      expect(await store.findManifest(other.id, FULL.digest)).toBeUndefined()
      expect(await store.parentsOf(other.id, digest('child'), 10)).toEqual([])
    })

    test('a manifest of 4 MiB comes back byte for byte', async () => {
      const content = new Uint8Array(4 * 1024 * 1024).map((_, index) => index % 251)
      await push(store, id, manifest('big', { content, sizeBytes: content.byteLength }), 'big')
      const read = await store.readManifestByTag(id, tag('big'))
      expect(Buffer.compare(read?.content ?? new Uint8Array(), content)).toBe(0)
    })

    test('existingManifests() finds those of a list, also of 10 000', async () => {
      await push(store, id, manifest('a'))
      await push(store, id, manifest('b'))
      const many = Array.from({ length: 10_000 }, (_, index) => digest(`unknown ${index}`))
      const found = await store.existingManifests(id, [digest('a'), ...many, digest('b')])
      expect([...found.keys()].sort()).toEqual([digest('a'), digest('b')].sort())
      expect(found.get(digest('a'))).toEqual(await store.findManifest(id, digest('a')))
      expect(await store.existingManifests(id, [])).toEqual(new Map())
    })

    test('parentsOf() names the indexes that hold a manifest, at most so many', async () => {
      for (const word of ['one', 'two', 'three']) await push(store, id, manifest(word, { children: [digest('child')] }))
      const holders = [digest('one'), digest('two'), digest('three')].sort()
      expect(await store.parentsOf(id, digest('child'), 10)).toEqual(holders)
      expect(await store.parentsOf(id, digest('child'), 2)).toHaveLength(2)
      await store.transact((transaction) => transaction.deleteManifest(id, digest('one'), { atMs: 5, purgeDueAtMs: 9 }))
      expect(await store.parentsOf(id, digest('child'), 10)).toEqual(holders.filter((each) => each !== digest('one')))
    })

    test('childrenOf() names what an index holds, there or not, also of one that was deleted', async () => {
      const children = [digest('child'), digest('absent')].sort()
      await push(store, id, manifest('child'))
      await push(store, id, manifest('index', { children }))
      expect(await store.childrenOf(id, digest('index'))).toEqual(children)
      await store.transact((each) => each.deleteManifest(id, digest('index'), { atMs: 5, purgeDueAtMs: 9 }))
      expect(await store.childrenOf(id, digest('index'))).toEqual(children)
      await store.transact((each) => each.purgeManifest(id, digest('index'), 9))
      expect(await store.childrenOf(id, digest('index'))).toEqual([])
      expect(await store.childrenOf(id, digest('child'))).toEqual([])
    })

    test('deleteManifest() hides it and its tags, names them, and makes it a candidate', async () => {
      await push(store, id, FULL, 'v2', 'v1')
      await push(store, id, manifest('other'), 'v3')
      const deleted = await store.transact((transaction) =>
        transaction.deleteManifest(id, FULL.digest, { atMs: 50, purgeDueAtMs: 60 }),
      )
      expect(deleted).toEqual([tag('v1'), tag('v2')])
      expect(await store.readManifest(id, FULL.digest)).toBeUndefined()
      expect(await store.readContents(id, [FULL.digest])).toEqual(new Map())
      expect(await store.findManifest(id, FULL.digest)).toBeUndefined()
      expect(await store.readManifestByTag(id, tag('v1'))).toBeUndefined()
      expect(await store.findTag(id, tag('v1'))).toBeUndefined()
      expect(await store.existingManifests(id, [FULL.digest])).toEqual(new Map())
      expect(await store.listReferrers(id, { subject: digest('subject'), artifactTypes: [] }, { limit: 10 })).toEqual(
        [],
      )
      expect(await store.listTags(id, { limit: 10 })).toEqual([tag('v3')])
      expect(await store.listDueCandidates(60, 10)).toEqual([
        { kind: 'manifest', repositoryId: id, digest: FULL.digest, dueAtMs: 60 },
      ])
    })

    test('deleteManifest() of what is not there, or is deleted already, changes nothing', async () => {
      await push(store, id, FULL, 'v1')
      await store.transact(async (transaction) => {
        expect(await transaction.deleteManifest(id, digest('unknown'), { atMs: 5, purgeDueAtMs: 6 })).toEqual([])
        expect(await transaction.deleteManifest(id, FULL.digest, { atMs: 5, purgeDueAtMs: 6 })).toEqual([tag('v1')])
        expect(await transaction.deleteManifest(id, FULL.digest, { atMs: 7, purgeDueAtMs: 8 })).toEqual([])
      })
      expect(await store.listDueCandidates(100, 10)).toMatchObject([{ dueAtMs: 6 }])
    })

    test('a deleted manifest holds its blobs until it is purged, and is no reference meanwhile', async () => {
      await push(store, id, FULL, 'v1')
      await store.transact((transaction) => transaction.deleteManifest(id, FULL.digest, { atMs: 50, purgeDueAtMs: 60 }))
      expect(await store.isBlobReferenced(id, digest('layer'))).toBe(false)
      await store.transact(async (transaction) => {
        expect(await transaction.isBlobHeld(digest('layer'))).toBe(true)
        expect(await transaction.isBlobHeldBy(id, digest('layer'))).toBe(true)
        expect(await transaction.purgeManifest(id, FULL.digest, 70)).toBe('purged')
        expect(await transaction.isBlobHeld(digest('layer'))).toBe(false)
        expect(await transaction.isBlobHeldBy(id, digest('layer'))).toBe(false)
      })
      expect(await store.listDueCandidates(100, 10)).toEqual([
        { kind: 'blob', repositoryId: id, digest: digest('layer'), dueAtMs: 70 },
      ])
    })

    test('purgeManifest() keeps a live one, and one that is gone', async () => {
      await push(store, id, FULL, 'v1')
      await store.transact(async (transaction) => {
        expect(await transaction.purgeManifest(id, FULL.digest, 70)).toBe('kept')
        expect(await transaction.purgeManifest(id, digest('unknown'), 70)).toBe('kept')
      })
      expect(await store.readManifestByTag(id, tag('v1'))).toBeDefined()
      expect(await store.listDueCandidates(100, 10)).toEqual([])
    })

    test('the bytes stay as long as one repository holds the manifest', async () => {
      const other = await makeRepository(store, 'other')
      await push(store, id, FULL, 'v1')
      await push(store, other.id, FULL, 'v1')
      await store.transact(async (transaction) => {
        await transaction.deleteManifest(id, FULL.digest, { atMs: 50, purgeDueAtMs: 60 })
        await transaction.purgeManifest(id, FULL.digest, 70)
      })
      expect((await store.readManifestByTag(other.id, tag('v1')))?.content).toEqual(FULL.content)
      expect(await push(store, id, { ...FULL, content: new Uint8Array([1]) }, 'v1')).toBe('created')
      // Not the bytes of the second push, which a digest does not have: those that were kept.
      expect((await store.readManifestByTag(id, tag('v1')))?.content).toEqual(FULL.content)
    })

    test('putManifest() revives a deleted one, without the tags it had', async () => {
      await push(store, id, FULL, 'v1')
      await store.transact((transaction) => transaction.deleteManifest(id, FULL.digest, { atMs: 50, purgeDueAtMs: 60 }))
      expect(await push(store, id, { ...FULL, pushedAtMs: 1_800_000_000_000 }, 'v2')).toBe('created')
      expect(await store.findManifest(id, FULL.digest)).toMatchObject({ pushedAtMs: 1_800_000_000_000 })
      expect(await store.tagsOf(id, FULL.digest)).toEqual([tag('v2')])
      expect(await store.listDueCandidates(100, 10)).toEqual([])
      expect(await store.isBlobReferenced(id, digest('layer'))).toBe(true)
      await store.transact(async (transaction) => {
        expect(await transaction.purgeManifest(id, FULL.digest, 70)).toBe('kept')
      })
      expect(await store.listImageIds(id, 'ANY', { limit: 10 })).toEqual([{ digest: FULL.digest, tag: tag('v2') }])
    })

    test('recordPulls() sets the newest pull and passes over the unknown', async () => {
      await push(store, id, manifest('a'))
      await push(store, id, manifest('b'))
      await store.transact((transaction) =>
        transaction.recordPulls([
          { repositoryId: id, digest: digest('a'), atMs: 1_700_000_000_500 },
          { repositoryId: id, digest: digest('a'), atMs: 1_700_000_000_900 },
          { repositoryId: id, digest: digest('unknown'), atMs: 5 },
        ]),
      )
      await store.transact((transaction) =>
        transaction.recordPulls([{ repositoryId: id, digest: digest('a'), atMs: 1_700_000_000_100 }]),
      )
      await store.transact((transaction) => transaction.recordPulls([]))
      expect((await store.findManifest(id, digest('a')))?.lastPulledAtMs).toBe(1_700_000_000_900)
      expect((await store.findManifest(id, digest('b')))?.lastPulledAtMs).toBeUndefined()
    })
  })
}
