import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { Candidate } from '../../src/ports/metadata/collection.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import {
  blob,
  digest,
  type MetadataStoreFixture,
  makeRepository,
  type OpenMetadataStore,
} from './metadata-store-fixture.ts'

export function testCollection(open: OpenMetadataStore): void {
  describe('candidates', () => {
    let fixture: MetadataStoreFixture
    let store: MetadataStore
    let id: number
    beforeEach(async () => {
      fixture = await open()
      store = fixture.store
      id = (await makeRepository(store)).id
    })
    afterEach(() => fixture.close())

    const ofBlob = (word: string, dueAtMs: number): Candidate => ({
      kind: 'blob',
      repositoryId: id,
      digest: digest(word),
      dueAtMs,
    })
    const add = (...candidates: Candidate[]) =>
      store.transact(async (transaction) => {
        for (const candidate of candidates) await transaction.addCandidate(candidate)
      })

    test('listDueCandidates() gives what is due, oldest first', async () => {
      const manifestCandidate: Candidate = { kind: 'manifest', repositoryId: id, digest: digest('x'), dueAtMs: 20 }
      const onItsOwn: Candidate = { kind: 'blob', repositoryId: undefined, digest: digest('y'), dueAtMs: 5 }
      await add(ofBlob('late', 30), ofBlob('x', 10), manifestCandidate, onItsOwn, ofBlob('not', 31))
      expect(await store.listDueCandidates(30, 10)).toEqual([
        onItsOwn,
        ofBlob('x', 10),
        manifestCandidate,
        ofBlob('late', 30),
      ])
      expect(await store.listDueCandidates(4, 10)).toEqual([])
    })

    test('pages go on after a candidate that is gone, and never repeat one', async () => {
      const all = Array.from({ length: 20 }, (_, index) => ofBlob(`w${index}`, index % 3))
      await add(...all)
      const seen: Candidate[] = []
      for (let after: Candidate | undefined; ; ) {
        const page = await store.listDueCandidates(100, 3, after)
        seen.push(...page)
        after = page.at(-1)
        if (after === undefined) break
        const last = after
        await store.transact((transaction) => transaction.deleteCandidate(last))
      }
      expect(seen).toHaveLength(20)
      expect(new Set(seen.map((each) => each.digest)).size).toBe(20)
      expect(seen.map((each) => each.dueAtMs)).toEqual(seen.map((each) => each.dueAtMs).sort())
    })

    test('there is one candidate per kind, repository and digest: a new due time replaces the old one', async () => {
      await add(ofBlob('x', 10), ofBlob('x', 50))
      expect(await store.listDueCandidates(100, 10)).toEqual([ofBlob('x', 50)])
      await add(ofBlob('x', 20))
      expect(await store.listDueCandidates(100, 10)).toEqual([ofBlob('x', 20)])
    })

    test('deleteCandidate() leaves one that was made anew with another due time', async () => {
      await add(ofBlob('x', 10))
      await add(ofBlob('x', 50))
      expect(await store.transact((transaction) => transaction.deleteCandidate(ofBlob('x', 10)))).toBe(false)
      expect(await store.listDueCandidates(100, 10)).toEqual([ofBlob('x', 50)])
      expect(await store.transact((transaction) => transaction.deleteCandidate(ofBlob('x', 50)))).toBe(true)
      expect(await store.listDueCandidates(100, 10)).toEqual([])
    })

    test('linkBlob() makes a candidate, and again puts it off', async () => {
      await store.transact(async (transaction) => {
        await transaction.putBlob(blob('x'), 0)
        await transaction.linkBlob(id, digest('x'), 10)
        await transaction.linkBlob(id, digest('x'), 40)
      })
      expect(await store.listDueCandidates(100, 10)).toEqual([ofBlob('x', 40)])
    })
  })
}
