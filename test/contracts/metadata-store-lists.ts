import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { EventRecord } from '../../src/ports/metadata/event-record.ts'
import type { ImageIdRow, TagStatus } from '../../src/ports/metadata/images.ts'
import type { Page } from '../../src/ports/metadata/page.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import {
  BYTE_ORDER,
  createdEvent,
  digest,
  type MetadataStoreFixture,
  makeRegistry,
  makeRepository,
  manifest,
  newRepository,
  type OpenMetadataStore,
  push,
  tag,
  UNTOUCHED,
} from './metadata-store-fixture.ts'

/** Reads a list to its end, page by page. */
async function allPages<Row, Key>(
  list: (page: Page<Key>) => Promise<Row[]>,
  keyOf: (row: Row) => Key,
  limit: number,
): Promise<Row[]> {
  const rows: Row[] = []
  let after: Key | undefined
  for (;;) {
    const page = await list({ after, limit })
    expect(page.length).toBeLessThanOrEqual(limit)
    rows.push(...page)
    const last = page.at(-1)
    if (last === undefined) return rows
    after = keyOf(last)
  }
}

function byDigestThenTag(a: ImageIdRow, b: ImageIdRow): number {
  const [left, right] = [`${a.digest} ${a.tag ?? ''}`, `${b.digest} ${b.tag ?? ''}`]
  return left < right ? -1 : left > right ? 1 : 0
}

export function testLists(open: OpenMetadataStore): void {
  describe('lists', () => {
    let fixture: MetadataStoreFixture
    let store: MetadataStore
    let id: number
    beforeEach(async () => {
      fixture = await open()
      store = fixture.store
      id = (await makeRepository(store)).id
    })
    afterEach(() => fixture.close())

    test('listTags() is in byte order, and its pages make the whole', async () => {
      await push(store, id, manifest('a'), ...BYTE_ORDER.toReversed())
      const whole = await store.listTags(id, { limit: 100 })
      expect(whole).toEqual(BYTE_ORDER.map(tag))
      for (const limit of [1, 2, 3, 11, 12]) {
        const paged = await allPages(
          (page: Page) => store.listTags(id, page),
          (name): string => name,
          limit,
        )
        expect(paged).toEqual(whole)
      }
    })

    test('listTags() goes on after any text, a tag or not', async () => {
      await push(store, id, manifest('a'), 'a', 'b', 'c')
      const after = async (text: string) =>
        (await store.listTags(id, { after: text, limit: 9 })).map((name): string => name)
      expect(await after('aa')).toEqual(['b', 'c'])
      expect(await after('a/b')).toEqual(['b', 'c'])
      expect(await after('é')).toEqual([])
      expect(await after('')).toEqual(['a', 'b', 'c'])
    })

    test('listTagStates() is in the same order, and says of each tag where it points, since when and whether it moved', async () => {
      await push(store, id, manifest('a', { pushedAtMs: 1 }), ...BYTE_ORDER.toReversed())
      await push(store, id, manifest('b', { pushedAtMs: 2 }), 'Z', 'a.b')
      const whole = await store.listTagStates(id, { limit: 100 })
      expect(whole).toEqual(
        BYTE_ORDER.map((name) => {
          const hasMoved = name === 'Z' || name === 'a.b'
          const fromMs = hasMoved ? 2 : 1
          return { tag: tag(name), digest: digest(hasMoved ? 'b' : 'a'), fromMs, setAtMs: fromMs, hasMoved }
        }),
      )
      const keyOf = (state: (typeof whole)[number]): string => state.tag
      for (const limit of [1, 3, 11]) {
        expect(await allPages((page: Page) => store.listTagStates(id, page), keyOf, limit)).toEqual(whole)
      }
    })

    test('listTagStates(): what was taken off and set again where it had been has not moved', async () => {
      await push(store, id, manifest('a'), 'v1', 'v2')
      await push(store, id, manifest('b'))
      await store.transact(async (transaction) => {
        for (const name of ['v1', 'v2']) await transaction.deleteTag(id, tag(name), { atMs: 5 })
        await transaction.putTag(id, tag('v1'), digest('a'), { atMs: 6 })
        await transaction.putTag(id, tag('v2'), digest('b'), { atMs: 6 })
      })
      const states = await store.listTagStates(id, { limit: 9 })
      expect(states.map(({ hasMoved }) => hasMoved)).toEqual([false, true])
    })

    test('listRepositories() and listRepositoryNames() are in byte order, and their pages make the whole', async () => {
      const registry = await makeRegistry(store)
      const names = ['a-b', 'a.b', 'a/b', 'a/b-c', 'a/b/c', 'a0', 'aa', 'a_b', 'zz', '00'].sort()
      for (const name of names.toReversed()) {
        await store.transact((transaction) => transaction.insertRepository(newRepository(registry, name)))
      }
      const paged = await allPages(
        (page: Page) => store.listRepositories(registry.id, page),
        (repository): string => repository.name,
        3,
      )
      expect(paged.map((repository): string => repository.name)).toEqual([...names, 'team/app'].sort())
      const pagedNames = await allPages(
        (page: Page) => store.listRepositoryNames(registry.id, page),
        (name): string => name,
        3,
      )
      expect(pagedNames).toEqual(paged.map((repository) => repository.name))
      const other = await makeRegistry(store, '111111111111')
      expect(await store.listRepositories(other.id, { limit: 10 })).toEqual([])
      expect(await store.listRepositoryNames(other.id, { limit: 10 })).toEqual([])
    })

    test('listImageIds() and listManifests() give every image once, by status, in order', async () => {
      const expected: ImageIdRow[] = []
      for (let index = 0; index < 40; index++) {
        const tags = Array.from({ length: index % 4 }, (_, number) => `t${index}-${number}`)
        await push(store, id, manifest(`m${index}`), ...tags)
        const rows = tags.length === 0 ? [undefined] : tags.map(tag)
        expected.push(...rows.map((each) => ({ digest: digest(`m${index}`), tag: each })))
      }
      await push(store, id, manifest('deleted'), 'deleted')
      await store.transact((transaction) =>
        transaction.deleteManifest(id, digest('deleted'), { atMs: 5, purgeDueAtMs: 6 }),
      )
      expected.sort(byDigestThenTag)
      const wanted: Record<TagStatus, ImageIdRow[]> = {
        ANY: expected,
        TAGGED: expected.filter((row) => row.tag !== undefined),
        UNTAGGED: expected.filter((row) => row.tag === undefined),
      }
      for (const status of ['ANY', 'TAGGED', 'UNTAGGED'] as const) {
        for (const limit of [1, 7, 1000]) {
          const ids = await allPages(
            (page: Page<ImageIdRow>) => store.listImageIds(id, status, page),
            (row) => row,
            limit,
          )
          expect(ids).toEqual(wanted[status])
          const manifests = await allPages(
            (page: Page<ImageIdRow['digest']>) => store.listManifests(id, status, page),
            (row) => row.digest,
            limit,
          )
          expect(manifests.map((each) => each.digest)).toEqual([...new Set(wanted[status].map((row) => row.digest))])
          expect(manifests.flatMap((each) => each.tags)).toEqual(wanted[status].flatMap((row) => row.tag ?? []))
        }
      }
    })

    test('listManifests() gives what findManifest() gives, with all tags', async () => {
      await push(store, id, manifest('m', { artifactType: 'x/y' }), 'v2', 'v1', 'V')
      const found = await store.findManifest(id, digest('m'))
      expect(await store.listManifests(id, 'ANY', { limit: 5 })).toEqual([
        { ...(found ?? { ...manifest('none'), ...UNTOUCHED }), tags: ['V', 'v1', 'v2'].map(tag) },
      ])
    })

    test('listReferrers() pages through the referrers of one subject', async () => {
      for (let index = 0; index < 7; index++) {
        await push(store, id, manifest(`r${index}`, { subject: digest('subject'), artifactType: `type/${index}` }))
      }
      await push(store, id, manifest('other', { subject: digest('other-subject') }))
      const paged = await allPages(
        (page: Page<ImageIdRow['digest']>) =>
          store.listReferrers(id, { subject: digest('subject'), artifactTypes: [] }, page),
        (row) => row.digest,
        2,
      )
      const wanted = Array.from({ length: 7 }, (_, index) => digest(`r${index}`)).sort()
      expect(paged.map((each) => each.digest)).toEqual(wanted)
      const first = await store.findManifest(id, wanted[0] ?? digest('none'))
      expect(paged[0]).toEqual({ ...(first ?? { ...manifest('none'), ...UNTOUCHED }), annotationsBytes: 0 })
    })

    test('listReferrers() of types gives those alone, with the size of their annotations and not the annotations', async () => {
      const subject = digest('subject')
      const annotations = { word: 'ü"' }
      for (let index = 0; index < 9; index++) {
        const artifactType = index === 8 ? undefined : `type/${index % 3}`
        await push(store, id, manifest(`r${index}`, { subject, artifactType, annotations }))
      }
      const artifactTypes = ['type/1', 'type/2', "type/'", 'type/9']
      const referrers = await allPages(
        (page: Page<ImageIdRow['digest']>) => store.listReferrers(id, { subject, artifactTypes }, page),
        (row) => row.digest,
        2,
      )
      const wanted = [1, 2, 4, 5, 7].map((index) => digest(`r${index}`)).sort()
      expect(referrers.map((each) => each.digest)).toEqual(wanted)
      expect(referrers.map((each) => each.annotationsBytes)).toEqual(wanted.map(() => 15))
      expect(referrers[0]).not.toHaveProperty('annotations')
      expect(await store.readAnnotations(id, [...wanted, digest('none')])).toEqual(
        new Map(wanted.map((each) => [each, annotations])),
      )
      expect(await store.readAnnotations(id, [])).toEqual(new Map())
    })

    test('listEvents() pages by id, and deleteEventsBefore() deletes at most so many', async () => {
      await store.transact(async (transaction) => {
        for (let atMs = 1; atMs <= 5; atMs++) await transaction.recordEvent(createdEvent(id, atMs))
        await transaction.recordEvent(DAMAGED)
      })
      const events = await allPages(
        (page: Page<number>) => store.listEvents(page),
        (event) => event.id,
        2,
      )
      expect(events.map((event) => event.atMs)).toEqual([1, 2, 3, 4, 5, 6])
      expect(events[0]).toEqual({ id: events[0]?.id ?? 0, ...createdEvent(id, 1) })
      expect(events[5]).toEqual({ id: events[5]?.id ?? 0, ...DAMAGED })
      expect(await store.transact((transaction) => transaction.deleteEventsBefore(5, 3))).toBe(3)
      expect(await store.transact((transaction) => transaction.deleteEventsBefore(5, 3))).toBe(1)
      expect((await store.listEvents({ limit: 10 })).map((event) => event.atMs)).toEqual([5, 6])
    })
  })
}

const DAMAGED: EventRecord = {
  kind: 'blob-damaged',
  atMs: 6,
  registryId: undefined,
  repositoryId: undefined,
  repositoryName: undefined,
  principal: undefined,
  detail: { digest: digest('x'), finding: 'missing', sizeBytes: 7 },
}
