import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { NOTHING_PLANNED, type Plan, type PlanItem } from '../../src/ports/metadata/plans.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import { digest, makeRepository, type OpenMetadataStore, tag } from './metadata-store-fixture.ts'

const plan = (id: string, repositoryId: number, change: Partial<Plan> = {}): Plan => ({
  id,
  registryId: 1,
  repositoryId,
  repositoryName: 'team/app',
  kind: 'lifecycle',
  state: 'ready',
  createdAtMs: 10,
  createdBy: undefined,
  policyText: '{"rules":[]}',
  imageCount: 3,
  summary: NOTHING_PLANNED,
  appliedBy: undefined,
  appliedAtMs: undefined,
  undoUntilMs: undefined,
  undoneBy: undefined,
  undoneAtMs: undefined,
  note: undefined,
  ...change,
})

const item = (position: number, change: Partial<PlanItem> = {}): PlanItem => ({
  position,
  action: 'expire',
  digest: digest(`m${position}`),
  tag: undefined,
  rule: 1,
  why: 'It is old.',
  tags: position % 2 === 0 ? [tag('v1')] : [],
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  pushedAtMs: 5,
  lastPulledAtMs: undefined,
  storageClass: 'standard',
  archivedAtMs: undefined,
  restoredAtMs: undefined,
  freedBytes: 7,
  outcome: 'planned',
  failure: undefined,
  ...change,
})

export function testPlans(open: OpenMetadataStore): void {
  describe('plans', () => {
    let fixture: Awaited<ReturnType<OpenMetadataStore>>
    let store: MetadataStore
    let id: number
    beforeEach(async () => {
      fixture = await open()
      store = fixture.store
      id = (await makeRepository(store)).id
    })
    afterEach(() => fixture.close())

    const insert = (one: Plan, ...items: PlanItem[]) =>
      store.transact(async (transaction) => {
        await transaction.insertPlan(one)
        await transaction.insertPlanItems(one.id, items)
      })

    test('a plan comes back as it was put, and changes where it is told to', async () => {
      const full = plan('p', id, {
        createdBy: 'arn:aws:iam::000000000000:root',
        appliedBy: { principal: 'somebody', requestId: 'r' },
        appliedAtMs: 11,
        undoUntilMs: 12,
        note: 'why',
        summary: { expire: 1, archive: 2, untag: 3, refused: 4, freedBytes: 2 ** 40 },
      })
      await insert(full)
      expect(await store.findPlan('p')).toEqual(full)
      expect(await store.findPlan('q')).toBeUndefined()
      await store.transact(async (transaction) => {
        await transaction.updatePlan('p', { state: 'undone', undoneAtMs: 13, note: undefined })
        await transaction.updatePlan('q', { state: 'undone' })
      })
      const { note: _note, ...rest } = full
      expect(await store.findPlan('p')).toEqual({ ...rest, state: 'undone', undoneAtMs: 13 } as Plan)
    })

    test('plans are listed by repository, the latest first; the latest of a kind is found', async () => {
      const other = (await makeRepository(store, 'team/other')).id
      await insert(plan('a', id, { createdAtMs: 1 }))
      await insert(plan('b', id, { createdAtMs: 3, kind: 'preview' }))
      await insert(plan('c', id, { createdAtMs: 2 }))
      await insert(plan('d', id, { createdAtMs: 2 }))
      await insert(plan('e', other, { createdAtMs: 9 }))
      const listed = await store.listPlans(id, { limit: 10 })
      expect(listed.map((each) => each.id)).toEqual(['b', 'd', 'c', 'a'])
      const [first, second] = [
        await store.listPlans(id, { limit: 2 }),
        await store.listPlans(id, { after: listed[1], limit: 2 }),
      ]
      expect([...first, ...second]).toEqual(listed)
      expect((await store.findLatestPlan(id, 'lifecycle'))?.id).toBe('d')
      expect(await store.findLatestPlan(id, 'deletion')).toBeUndefined()
    })

    test('open plans are those that somebody has to go on with', async () => {
      for (const [index, state] of (
        ['making', 'ready', 'waiting', 'applying', 'applied', 'undoing', 'undone'] as const
      ).entries()) {
        await insert(plan(state, id, { state, createdAtMs: 100 - index }))
      }
      const states = (await store.listOpenPlans(10)).map(({ state }) => state)
      expect(states).toEqual(['undoing', 'applying', 'waiting', 'making'])
      expect(await store.listOpenPlans(2)).toHaveLength(2)
    })

    test('items are listed by position, either way, and by whether they had tags', async () => {
      const items = [0, 1, 2, 3, 4].map((position) => item(position))
      await insert(plan('p', id), ...items)
      expect(await store.listPlanItems('p', {}, { limit: 10 })).toEqual(items)
      expect(await store.listPlanItems('p', {}, { after: 1, limit: 2 })).toEqual(items.slice(2, 4))
      expect((await store.listPlanItems('p', { tagged: true }, { limit: 10 })).map(({ position }) => position)).toEqual(
        [0, 2, 4],
      )
      expect(
        (await store.listPlanItems('p', { tagged: false }, { limit: 10 })).map(({ position }) => position),
      ).toEqual([1, 3])
      const back = await store.listPlanItemsBack('p', 'planned', { beforePosition: 4, limit: 2 })
      expect(back.map(({ position }) => position)).toEqual([3, 2])
      expect(await store.findPlanItems('p', [digest('m1'), digest('m9')])).toEqual([item(1)])
    })

    test('what became of items is written over them, and one that is there is not written twice', async () => {
      await insert(plan('p', id), item(0), item(1))
      const failed = item(1, { outcome: 'failed', failure: { code: 'X', reason: 'Because.', digests: [digest('a')] } })
      await store.transact(async (transaction) => {
        await transaction.updatePlanItems('p', [failed])
        await transaction.insertPlanItems('p', [item(1), item(2, { outcome: 'done' })])
        await transaction.insertPlanItems('p', [])
        await transaction.updatePlanItems('p', [])
      })
      expect(await store.listPlanItems('p', {}, { limit: 10 })).toEqual([item(0), failed, item(2, { outcome: 'done' })])
      expect(await store.countPlanItems('p')).toEqual({ planned: 1, done: 1, failed: 1, undone: 0 })
      expect([await store.lastPlanPosition('p'), await store.lastPlanPosition('q')]).toEqual([2, undefined])
    })

    test('old plans are forgotten a few rows at a time, and none that is open', async () => {
      await insert(plan('old', id, { createdAtMs: 1 }), item(0), item(1), item(2))
      await insert(plan('open', id, { createdAtMs: 1, state: 'waiting' }), item(0))
      await insert(plan('new', id, { createdAtMs: 50 }), item(0))
      await insert(plan('undoable', id, { createdAtMs: 1, state: 'applied', undoUntilMs: 61 }))
      const forget = () => store.transact((transaction) => transaction.deletePlansBefore(50, 60, 2))
      expect(await forget()).toBe(2)
      expect(await store.findPlan('old')).toBeDefined()
      expect(await forget()).toBe(2)
      expect(await store.findPlan('old')).toBeUndefined()
      expect(await forget()).toBe(0)
      expect(await store.findPlan('open')).toBeDefined()
      expect(await store.findPlan('new')).toBeDefined()
      expect(await store.findPlan('undoable')).toBeDefined()
    })

    test('the plans of a deleted repository go with it', async () => {
      await insert(plan('p', id), item(0), item(1))
      await store.transact((transaction) => transaction.deleteRepository(id, 5, 6))
      let state = 'begun'
      while (state !== 'purged') {
        const purge = { limit: 1, blobsDueAtMs: 7 }
        state = (await store.transact((transaction) => transaction.purgeRepository(id, purge))).state
      }
      expect(await store.findPlan('p')).toBeUndefined()
      expect(await store.listPlanItems('p', {}, { limit: 10 })).toEqual([])
    })
  })
}
