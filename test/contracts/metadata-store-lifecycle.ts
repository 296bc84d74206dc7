import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { ImageLock } from '../../src/ports/metadata/image-locks.ts'
import type { MetadataStore, MetadataTransaction } from '../../src/ports/metadata-store.ts'
import { blob, digest, makeRepository, manifest, type OpenMetadataStore, push, tag } from './metadata-store-fixture.ts'

const BY = 'arn:aws:iam::000000000000:root'

export function testLifecycle(open: OpenMetadataStore): void {
  describe('lifecycle', () => {
    let fixture: Awaited<ReturnType<OpenMetadataStore>>
    let store: MetadataStore
    let id: number
    beforeEach(async () => {
      fixture = await open()
      store = fixture.store
      id = (await makeRepository(store)).id
    })
    afterEach(() => fixture.close())

    const change = <Result>(work: (transaction: MetadataTransaction) => Promise<Result>) => store.transact(work)
    const deletion = (planId: string) => ({ atMs: 50, purgeDueAtMs: 60, by: BY, cause: 'deletion', planId }) as const

    test('a policy is kept with its revision and when it was carried out, which one of several claims', async () => {
      expect(await store.readLifecycle(id)).toEqual({ text: undefined, revision: 0, evaluatedAtMs: undefined })
      await change((transaction) => transaction.putLifecyclePolicy(id, 'one'))
      await change((transaction) => transaction.putLifecyclePolicy(id, undefined))
      await change((transaction) => transaction.putLifecyclePolicy(id, 'two'))
      const claim = (atMs: number, notSinceMs: number) =>
        change((transaction) => transaction.claimLifecycle(id, { atMs, notSinceMs }))
      expect(await claim(10, 0)).toBe(true)
      expect(await claim(11, 9)).toBe(false)
      expect(await claim(20, 10)).toBe(true)
      const lifecycle = { text: 'two', revision: 3, evaluatedAtMs: 20 }
      expect(await store.readLifecycle(id)).toEqual(lifecycle)
      const listed = await store.listLifecycles(0, 10)
      expect(listed).toMatchObject([{ repository: { id }, lifecycle }])
      expect(await store.listLifecycles(id, 10)).toEqual([])
      expect(await store.readLifecycle(id + 100)).toBeUndefined()
    })

    test('an image is archived and restored, and a push restores it', async () => {
      await push(store, id, manifest('m'), 'v1')
      const archive = { storageClass: 'archive', archivedAtMs: 10, restoredAtMs: undefined } as const
      await change((transaction) => transaction.setStorageClass(id, digest('m'), archive))
      expect(await store.findManifest(id, digest('m'))).toMatchObject(archive)
      expect((await store.readManifestByTag(id, tag('v1')))?.storageClass).toBe('archive')
      expect((await store.readManifest(id, digest('m')))?.storageClass).toBe('archive')
      expect(await push(store, id, manifest('m', { pushedAtMs: 30 }))).toBe('restored')
      const restored = { storageClass: 'standard', archivedAtMs: 10, restoredAtMs: 30, pushedAtMs: 1_700_000_000_000 }
      expect(await store.findManifest(id, digest('m'))).toMatchObject(restored)
      expect(await push(store, id, manifest('m'))).toBe('existing')
      await change((transaction) => transaction.setStorageClass(id, digest('unknown'), archive))
    })

    test('lists are of one storage class, or of both', async () => {
      await push(store, id, manifest('a'), 'v1', 'v2')
      await push(store, id, manifest('b'), 'v3')
      await push(store, id, manifest('c'))
      await push(store, id, manifest('d'))
      const archive = { storageClass: 'archive', archivedAtMs: 10, restoredAtMs: undefined } as const
      for (const word of ['a', 'c']) await change((one) => one.setStorageClass(id, digest(word), archive))
      const words = new Map(['a', 'b', 'c', 'd'].map((word) => [digest(word), word]))
      for (const [status, wanted] of [
        ['ANY', { standard: 'bd', archive: 'aac', any: 'aabcd' }],
        ['TAGGED', { standard: 'b', archive: 'aa', any: 'aab' }],
        ['UNTAGGED', { standard: 'd', archive: 'c', any: 'cd' }],
      ] as const) {
        for (const storage of ['standard', 'archive', 'any'] as const) {
          const storageClass = storage === 'any' ? undefined : storage
          const ids = await store.listImageIds(id, status, { limit: 10 }, storageClass)
          const named = ids.map((row) => words.get(row.digest)).sort()
          expect([status, storage, named.join('')]).toEqual([status, storage, wanted[storage]])
          const images = await store.listManifests(id, status, { limit: 10 }, storageClass)
          expect(images.map((each) => words.get(each.digest)).sort()).toEqual([...new Set(named)])
        }
      }
    })

    test('referrers are listed of one storage class, or of both', async () => {
      await push(store, id, manifest('r1', { subject: digest('s') }))
      await push(store, id, manifest('r2', { subject: digest('s') }))
      const archive = { storageClass: 'archive', archivedAtMs: 10, restoredAtMs: undefined } as const
      await change((transaction) => transaction.setStorageClass(id, digest('r1'), archive))
      const list = async (storageClass?: 'standard' | 'archive') =>
        (await store.listReferrers(id, { subject: digest('s'), artifactTypes: [], storageClass }, { limit: 9 })).length
      expect([await list(), await list('standard'), await list('archive')]).toEqual([2, 1, 1])
    })

    test('what a plan deleted comes back as it was, but for its tags; what another deleted does not', async () => {
      await push(store, id, manifest('m'), 'v1')
      expect(await change((one) => one.restoreManifest(id, digest('m'), 'p'))).toBe('live')
      await change((one) => one.deleteManifest(id, digest('m'), deletion('p')))
      expect(await change((one) => one.restoreManifest(id, digest('m'), 'q'))).toBe('gone')
      expect(await store.listTagsEndedBy('p', digest('m'))).toMatchObject([
        { tag: 'v1', until: { by: BY, cause: 'deletion', planId: 'p' }, untilMs: 50 },
      ])
      expect(await store.listTagsEndedBy('q', digest('m'))).toEqual([])
      expect(await change((one) => one.restoreManifest(id, digest('m'), 'p'))).toBe('restored')
      expect(await store.findManifest(id, digest('m'))).toMatchObject({ pushedAtMs: 1_700_000_000_000 })
      expect(await store.tagsOf(id, digest('m'))).toEqual([])
      expect(await store.listDueCandidates(1000, 10)).toEqual([])
      const back = { atMs: 70, cause: 'undo', setAtMs: 5 } as const
      await change((one) => one.putTag(id, tag('v1'), digest('m'), back))
      expect(await store.findTag(id, tag('v1'))).toEqual({
        tag: tag('v1'),
        digest: digest('m'),
        fromMs: 70,
        setAtMs: 5,
      })
      expect(await change((one) => one.restoreManifest(id, digest('unknown'), 'p'))).toBe('gone')
    })

    test('a deleted repository comes back while nobody has its name', async () => {
      await push(store, id, manifest('m'), 'v1')
      expect(await change((one) => one.restoreRepository(id))).toBe('gone')
      await change((one) => one.deleteRepository(id, 5, 6))
      const other = await makeRepository(store)
      expect(await change((one) => one.restoreRepository(id))).toBe('taken')
      await change((one) => one.deleteRepository(other.id, 7, 8))
      expect(await change((one) => one.restoreRepository(id))).toBe('restored')
      expect(await store.findTag(id, tag('v1'))).toBeDefined()
      expect((await store.listDueCandidates(100, 10)).map(({ repositoryId }) => repositoryId)).toEqual([other.id])
      await change((one) => one.deleteRepository(id, 9, 10))
      await change((one) => one.purgeRepository(id, { limit: 1, blobsDueAtMs: 20 }))
      expect(await change((one) => one.restoreRepository(id))).toBe('gone')
    })

    test('when the last tag went is known, of what lost it by itself or with a deletion', async () => {
      const untagged = async () => (await store.findLifecycleImages(id, [digest('m')]))[0]?.untaggedAtMs
      await push(store, id, manifest('m'), 'v1', 'v2')
      expect(await untagged()).toBeUndefined()
      await change((one) => one.deleteTag(id, tag('v1'), { atMs: 20 }))
      expect(await untagged()).toBeUndefined()
      await change((one) => one.deleteTag(id, tag('v2'), { atMs: 30 }))
      expect(await untagged()).toBe(30)
      await change((one) => one.deleteManifest(id, digest('m'), deletion('p')))
      await change((one) => one.restoreManifest(id, digest('m'), 'p'))
      expect(await untagged()).toBe(30)
      await change((one) => one.putTag(id, tag('v1'), digest('m'), { atMs: 40 }))
      expect(await untagged()).toBeUndefined()
      await change((one) => one.deleteManifest(id, digest('m'), deletion('q')))
      await change((one) => one.restoreManifest(id, digest('m'), 'q'))
      expect(await untagged()).toBe(50)
    })

    test('the planner sees of every image what it has, holds and refers to', async () => {
      const annotations = { note: 'x' }
      const type = 'application/vnd.oci.image.index.v1+json'
      const content = new TextEncoder().encode(
        JSON.stringify({ schemaVersion: 2, mediaType: type, manifests: [], annotations }),
      )
      await push(store, id, manifest('child', { pushedAtMs: 1 }))
      const children = [digest('child'), digest('absent')]
      await push(store, id, manifest('index', { mediaType: type, content, children, pushedAtMs: 2 }), 'b', 'a')
      await push(store, id, manifest('sig', { subject: digest('index'), artifactType: 'x/y', pushedAtMs: 3 }))
      await change((one) => one.recordPulls([{ repositoryId: id, digest: digest('child'), atMs: 9 }]))
      await change((one) => one.putImageLock(id, lock({ kind: 'tag', name: tag('a') })))
      await change((one) => one.putImageLock(id, lock({ kind: 'image', name: digest('sig') })))
      const images = await store.listLifecycleImages(id, { limit: 10, withAnnotations: false })
      const found = new Map(images.map((image) => [image.digest, image]))
      expect(found.get(digest('child'))).toEqual({
        ...{ digest: digest('child'), tags: [], artifactType: undefined, annotations: undefined, pushedAtMs: 1 },
        ...{ lastPulledAtMs: 9, untaggedAtMs: undefined, storageClass: 'standard', archivedAtMs: undefined },
        ...{ restoredAtMs: undefined, children: [], subject: undefined },
        ...{ mediaType: manifest('child').mediaType, sizeBytes: manifest('child').sizeBytes },
      })
      const index = found.get(digest('index'))
      expect([...(index?.children ?? [])].sort()).toEqual([...children].sort())
      expect(index?.tags.toSorted((a, b) => (a.tag < b.tag ? -1 : 1))).toEqual([
        { tag: tag('a'), setAtMs: 2, isLocked: true },
        { tag: tag('b'), setAtMs: 2 },
      ])
      expect(found.get(digest('sig'))).toMatchObject({ subject: digest('index'), artifactType: 'x/y', isLocked: true })
      const [annotated] = await store.findLifecycleImages(id, [digest('index')])
      expect(annotated?.annotations).toEqual(annotations)
      const first = await store.listLifecycleImages(id, { limit: 2, withAnnotations: false })
      const page = { after: first.at(-1)?.digest, limit: 2, withAnnotations: false }
      expect([...first, ...(await store.listLifecycleImages(id, page))]).toEqual(images)
    })

    test('blobs are weighed by manifest, and their holders counted over all repositories', async () => {
      const other = (await makeRepository(store, 'team/other')).id
      for (const word of ['base', 'layer']) {
        await change(async (one) => {
          await one.putBlob(blob(word), 0)
          for (const repository of [id, other]) await one.linkBlob(repository, digest(word), 1000)
        })
      }
      const blobs = [digest('base'), digest('layer')]
      await push(store, id, manifest('a', { blobs }))
      await push(store, id, manifest('b', { blobs: [digest('base')] }))
      await push(store, other, manifest('a', { blobs }))
      await change((one) => one.deleteManifest(id, digest('b'), deletion('p')))
      const weighed = await store.listBlobsOfManifests(id, [digest('a'), digest('unknown')])
      expect(weighed.toSorted((x, y) => x.sizeBytes - y.sizeBytes)).toEqual([
        { manifest: digest('a'), blob: digest('base'), sizeBytes: 4 },
        { manifest: digest('a'), blob: digest('layer'), sizeBytes: 5 },
      ])
      const holders = await store.countHolders([...blobs, digest('unknown')])
      expect(holders).toEqual(new Map([digest('base'), digest('layer')].map((each) => [each, 2])))
    })

    const lock = (target: Pick<ImageLock, 'kind' | 'name'>, reason = 'why'): ImageLock =>
      // A pair of a kind and a name of that kind.
      ({ ...target, reason, owner: 'team blue', lockedBy: BY, lockedAtMs: 7 }) as ImageLock

    test('locks are found by name, listed by kind, said anew, and counted on the repository', async () => {
      const hasLocks = async () => (await store.findStoredRepository(id))?.hasLocks
      expect(await hasLocks()).toBe(false)
      const [image, named] = [lock({ kind: 'image', name: digest('m') }), lock({ kind: 'tag', name: tag('v1') })]
      await change((one) => one.putImageLock(id, lock({ kind: 'tag', name: tag('v1') }, 'before')))
      await change((one) => one.putImageLock(id, named))
      await change((one) => one.putImageLock(id, image))
      expect(await store.listImageLocks(id, { limit: 10 })).toEqual([image, named])
      expect(await store.listImageLocks(id, { after: image, limit: 10 })).toEqual([named])
      expect(await store.findImageLocks(id, ['v1', 'v2'])).toEqual([named])
      expect(await store.findImageLocks(id, [])).toEqual([])
      expect(await hasLocks()).toBe(true)
      expect(await change((one) => one.deleteImageLock(id, named))).toBe(true)
      expect(await change((one) => one.deleteImageLock(id, named))).toBe(false)
      expect(await hasLocks()).toBe(true)
      await change((one) => one.deleteImageLock(id, image))
      expect(await hasLocks()).toBe(false)
    })

    test('what tags were: periods, instants, and which changed in a span', async () => {
      await push(store, id, manifest('a', { pushedAtMs: 1 }))
      await push(store, id, manifest('b', { pushedAtMs: 1 }))
      const put = (name: string, word: string, atMs: number) =>
        change((one) => one.putTag(id, tag(name), digest(word), { atMs, by: BY, cause: 'push' }))
      await put('x', 'a', 10)
      await put('y', 'a', 15)
      await put('x', 'b', 20)
      await change((one) => one.deleteTag(id, tag('x'), { atMs: 30, cause: 'untag', planId: 'p' }))
      const periods = await store.listTagPeriods(id, tag('x'), { limit: 10 })
      expect(periods).toMatchObject([
        {
          digest: digest('b'),
          fromMs: 20,
          untilMs: 30,
          from: { by: BY, cause: 'push' },
          until: { cause: 'untag', planId: 'p' },
        },
        { digest: digest('a'), fromMs: 10, untilMs: 20, until: { by: BY, cause: 'push' } },
      ])
      const [first, second] = periods
      expect(await store.listTagPeriods(id, tag('x'), { limit: 1 })).toEqual(periods.slice(0, 1))
      expect(await store.listTagPeriods(id, tag('x'), { after: first?.id ?? 0, limit: 9 })).toEqual(
        second ? [second] : [],
      )
      const at = async (atMs: number) => (await store.findTagAt(id, tag('x'), atMs))?.digest
      expect([await at(9), await at(10), await at(19), await at(20), await at(29), await at(30)]).toEqual([
        ...[undefined, digest('a'), digest('a'), digest('b'), digest('b'), undefined],
      ])
      const listed = async (atMs: number) =>
        (await store.listTagsAt(id, atMs, { limit: 9 })).map((each) => `${each.tag}`)
      expect([await listed(9), await listed(16), await listed(40)]).toEqual([[], ['x', 'y'], ['y']])
      expect((await store.listTagsAt(id, 16, { after: 'x', limit: 9 })).map((each) => each.tag)).toEqual([tag('y')])
      const changed = async (afterMs: number, untilMs: number) =>
        (await store.listChangedTags(id, { afterMs, untilMs }, { limit: 9 })).map((each) => `${each}`)
      expect([await changed(0, 12), await changed(12, 18), await changed(15, 20), await changed(30, 99)]).toEqual([
        ...[['x'], ['y'], ['x'], []],
      ])
    })

    test('what tags were comes in pages that have each period once, whatever the clock did', async () => {
      for (const word of ['a', 'b']) await push(store, id, manifest(word, { pushedAtMs: 1 }))
      const times = [10, 20, 20, 20, 15, 30]
      for (const [turn, atMs] of times.entries()) {
        for (const name of ['x', 'y']) {
          await change((one) => one.putTag(id, tag(name), digest(turn % 2 === 0 ? 'a' : 'b'), { atMs }))
        }
      }
      const inPages: number[] = []
      for (let after: number | undefined; ; after = inPages.at(-1)) {
        const page = await store.listTagPeriods(id, tag('x'), { ...(after !== undefined && { after }), limit: 2 })
        inPages.push(...page.map((period) => period.id))
        if (page.length < 2) break
      }
      const whole = await store.listTagPeriods(id, tag('x'), { limit: 100 })
      expect(inPages).toEqual(whole.map((period) => period.id))
      expect(new Set(inPages).size).toBe(times.length)
      expect(whole[0]?.untilMs).toBeUndefined()
      const [first] = await store.listChangedTags(id, { afterMs: 0, untilMs: 99 }, { limit: 1 })
      const [second] = await store.listChangedTags(id, { afterMs: 0, untilMs: 99 }, { after: `${first}`, limit: 1 })
      expect([first, second]).toEqual([tag('x'), tag('y')])
    })
  })
}
