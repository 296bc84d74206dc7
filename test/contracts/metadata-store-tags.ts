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
} from './metadata-store-fixture.ts'

export function testTags(open: OpenMetadataStore): void {
  describe('tags', () => {
    let fixture: MetadataStoreFixture
    let store: MetadataStore
    let id: number
    beforeEach(async () => {
      fixture = await open()
      store = fixture.store
      id = (await makeRepository(store)).id
      await push(store, id, manifest('a'))
      await push(store, id, manifest('b'))
    })
    afterEach(() => fixture.close())

    const put = (text: string, word: string, nowMs: number) =>
      store.transact((transaction) => transaction.putTag(id, tag(text), digest(word), { atMs: nowMs }))

    test('putTag() points a tag at a manifest, and moves it', async () => {
      await put('v1', 'a', 10)
      expect(await store.findTag(id, tag('v1'))).toEqual({
        tag: tag('v1'),
        digest: digest('a'),
        fromMs: 10,
        setAtMs: 10,
      })
      await put('v1', 'b', 20)
      expect(await store.findTag(id, tag('v1'))).toEqual({
        tag: tag('v1'),
        digest: digest('b'),
        fromMs: 20,
        setAtMs: 20,
      })
      expect((await store.readManifestByTag(id, tag('v1')))?.digest).toBe(digest('b'))
      expect(await store.tagsOf(id, digest('a'))).toEqual([])
      expect(await store.tagsOf(id, digest('b'))).toEqual([tag('v1')])
    })

    test('putTag() of what it points at already changes nothing', async () => {
      await put('v1', 'a', 10)
      await put('v1', 'a', 20)
      expect((await store.findTag(id, tag('v1')))?.fromMs).toBe(10)
    })

    test('putTag() at a manifest that the repository does not have is our bug, and writes nothing', async () => {
      await expect(put('v1', 'unknown', 10)).rejects.toThrow('does not hold')
      expect(await store.findTag(id, tag('v1'))).toBeUndefined()
    })

    test('tags that differ by case are two tags', async () => {
      await put('V1', 'a', 10)
      await put('v1', 'b', 10)
      expect((await store.findTag(id, tag('V1')))?.digest).toBe(digest('a'))
      expect(await store.listTags(id, { limit: 10 })).toHaveLength(2)
    })

    test('deleteTag() takes the tag off and leaves the manifest, and says whether there was one', async () => {
      await put('v1', 'a', 10)
      expect(await store.transact((transaction) => transaction.deleteTag(id, tag('v1'), { atMs: 20 }))).toBe(true)
      expect(await store.transact((transaction) => transaction.deleteTag(id, tag('v1'), { atMs: 30 }))).toBe(false)
      expect(await store.findTag(id, tag('v1'))).toBeUndefined()
      expect(await store.findManifest(id, digest('a'))).toBeDefined()
      await put('v1', 'a', 40)
      expect((await store.findTag(id, tag('v1')))?.fromMs).toBe(40)
    })

    test('a manifest is listed as tagged exactly while a tag points at it', async () => {
      const untagged = async () => (await store.listManifests(id, 'UNTAGGED', { limit: 10 })).map((each) => each.digest)
      expect(await untagged()).toEqual([digest('a'), digest('b')].sort())
      await put('v1', 'a', 10)
      await put('v2', 'a', 10)
      expect(await untagged()).toEqual([digest('b')])
      await put('v1', 'b', 20)
      expect(await untagged()).toEqual([])
      await store.transact((transaction) => transaction.deleteTag(id, tag('v2'), { atMs: 30 }))
      expect(await untagged()).toEqual([digest('a')])
      await store.transact((transaction) => transaction.deleteManifest(id, digest('b'), { atMs: 40, purgeDueAtMs: 50 }))
      await push(store, id, manifest('b'))
      expect(await untagged()).toEqual([digest('a'), digest('b')].sort())
    })

    test('tagsOf() gives tags in byte order', async () => {
      for (const text of ['b', 'B', '_', 'a-b', 'a.b', 'a']) await put(text, 'a', 10)
      expect(await store.tagsOf(id, digest('a'))).toEqual(['B', '_', 'a', 'a-b', 'a.b', 'b'].map(tag))
    })
  })
}
