import { type Selectable, sql } from 'kysely'
import type { Plan, PlanChanges, PlanItem, PlanReads } from '../../../ports/metadata/plans.ts'
import type { SqlConnection } from './connection.ts'
import type { Schema } from './schema.ts'
import { type Parts, statement } from './statement.ts'

type ItemPage = { planId: string; after: number; limit: number }

const findPlan = statement(({ db, p }: Parts<{ planId: string }>) =>
  db.selectFrom('plans').selectAll().where('id', '=', p.planId),
)

const listPlans = statement(
  ({ db, p }: Parts<{ repositoryId: number; createdAtMs: number; id: string; limit: number }>) =>
    db
      .selectFrom('plans')
      .selectAll()
      .where('repository_id', '=', p.repositoryId)
      .where(sql<boolean>`(created_at_ms, id) < (${p.createdAtMs}, ${p.id})`)
      .orderBy('created_at_ms', 'desc')
      .orderBy('id', 'desc')
      .limit(p.limit),
)

const findLatest = statement(({ db, p }: Parts<{ repositoryId: number; kind: Plan['kind'] }>) =>
  db
    .selectFrom('plans')
    .selectAll()
    .where('repository_id', '=', p.repositoryId)
    .where('kind', '=', p.kind)
    .orderBy('created_at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(1),
)

/** The states are those of the partial index, and must be in the text to match it. */
const OPEN = sql<boolean>`state in ('making', 'waiting', 'applying', 'undoing')`

const listOpen = statement(({ db, p }: Parts<{ limit: number }>) =>
  db.selectFrom('plans').selectAll().where(OPEN).orderBy('created_at_ms').orderBy('id').limit(p.limit),
)

const insertPlan = statement(({ db, p }: Parts<PlanColumns>) =>
  db.insertInto('plans').values({
    id: p.id,
    registry_id: p.registryId,
    repository_id: p.repositoryId,
    kind: p.kind,
    state: p.state,
    created_at_ms: p.createdAtMs,
    undo_until_ms: p.undoUntilMs,
    body: p.body,
  }),
)

const lockPlan = statement(({ db, p, dialect }: Parts<{ planId: string }>) =>
  db.selectFrom('plans').selectAll().where('id', '=', p.planId).modifyEnd(dialect.lock('update')),
)

const updatePlan = statement(
  ({ db, p }: Parts<Omit<PlanColumns, 'kind' | 'registryId' | 'repositoryId' | 'createdAtMs'>>) =>
    db.updateTable('plans').set({ state: p.state, undo_until_ms: p.undoUntilMs, body: p.body }).where('id', '=', p.id),
)

const listItems = statement(({ db, p }: Parts<ItemPage>) =>
  db
    .selectFrom('plan_items')
    .selectAll()
    .where('plan_id', '=', p.planId)
    .where('position', '>', p.after)
    .orderBy('position')
    .limit(p.limit),
)

const listItemsBack = statement(
  ({ db, p }: Parts<{ planId: string; outcome: PlanItem['outcome']; before: number; limit: number }>) =>
    db
      .selectFrom('plan_items')
      .selectAll()
      .where('plan_id', '=', p.planId)
      .where('outcome', '=', p.outcome)
      .where('position', '<', p.before)
      .orderBy('position', 'desc')
      .limit(p.limit),
)

const listItemsTagged = statement(({ db, p }: Parts<ItemPage & { tagged: number }>) =>
  db
    .selectFrom('plan_items')
    .selectAll()
    .where('plan_id', '=', p.planId)
    .where('is_tagged', '=', p.tagged)
    .where('position', '>', p.after)
    .orderBy('position')
    .limit(p.limit),
)

/** By places that an index has by itself: SQLite takes the key of the table for cheaper, and would read the whole plan. */
export const findItems = statement(({ db, p, dialect }: Parts<{ planId: string; digests: string }>) =>
  db
    .selectFrom('plan_items')
    .selectAll()
    .where('plan_id', '=', p.planId)
    .where('position', 'in', (eb) =>
      eb
        .selectFrom('plan_items as found')
        .select('found.position')
        .where('found.plan_id', '=', p.planId)
        .where(sql<boolean>`found.digest in ${dialect.textList(p.digests)}`),
    )
    .orderBy('position'),
)

const countItems = statement(({ db, p }: Parts<{ planId: string }>) =>
  db
    .selectFrom('plan_items')
    .select(['outcome', sql<number>`count(*)`.as('count')])
    .where('plan_id', '=', p.planId)
    .groupBy('outcome'),
)

const lastPosition = statement(({ db, p }: Parts<{ planId: string }>) =>
  db.selectFrom('plan_items').select('position').where('plan_id', '=', p.planId).orderBy('position', 'desc').limit(1),
)

type ItemRow = Omit<Selectable<Schema['plan_items']>, 'plan_id'>

const ITEM_COLUMNS = {
  position: 'integer',
  digest: 'text',
  action: 'text',
  is_tagged: 'integer',
  outcome: 'text',
  body: 'text',
} as const satisfies Record<keyof ItemRow, 'integer' | 'text'>

type ItemOutcome = Pick<Selectable<Schema['plan_items']>, 'plan_id' | 'position' | 'outcome' | 'body'>

const OUTCOME_COLUMNS = {
  plan_id: 'text',
  position: 'integer',
  outcome: 'text',
  body: 'text',
} as const satisfies Record<keyof ItemOutcome, 'integer' | 'text'>

const insertItems = statement(({ db, p, dialect }: Parts<{ planId: string; items: string }>) =>
  db
    .insertInto('plan_items')
    .columns(['plan_id', 'position', 'digest', 'action', 'is_tagged', 'outcome', 'body'])
    .expression((eb) =>
      eb
        .selectFrom(dialect.rows<ItemRow>(p.items, ITEM_COLUMNS).as('given'))
        .select([
          sql<string>`cast(${p.planId} as text)`.as('plan_id'),
          'given.position',
          'given.digest',
          'given.action',
          'given.is_tagged',
          'given.outcome',
          'given.body',
        ])
        // SQLite takes "on conflict" for a join without this.
        .where(sql<boolean>`true`),
    )
    .onConflict((conflict) => conflict.columns(['plan_id', 'position']).doNothing()),
)

/** The plan is a column of the rows: were it a value of the statement, SQLite would read all items of the plan for each row. */
export const updateItems = statement(({ db, p, dialect }: Parts<{ items: string }>) =>
  db
    .updateTable('plan_items')
    .from(dialect.rows<ItemOutcome>(p.items, OUTCOME_COLUMNS).as('given'))
    .set((eb) => ({ outcome: eb.ref('given.outcome'), body: eb.ref('given.body') }))
    .whereRef('plan_items.plan_id', '=', 'given.plan_id')
    .whereRef('plan_items.position', '=', 'given.position'),
)

const oldPlans = statement(({ db, p }: Parts<{ atMs: number; nowMs: number; limit: number }>) =>
  db
    .selectFrom('plans')
    .select('id')
    .where('created_at_ms', '<', p.atMs)
    .where(sql<boolean>`coalesce(undo_until_ms, 0) <= ${p.nowMs}`)
    .where('state', 'not in', ['making', 'waiting', 'applying', 'undoing'])
    .orderBy('created_at_ms')
    .limit(p.limit),
)

const deleteItems = statement(({ db, p }: Parts<{ planId: string; limit: number }>) =>
  db
    .deleteFrom('plan_items')
    .where('plan_id', '=', p.planId)
    .where(
      'position',
      'in',
      db.selectFrom('plan_items').select('position').where('plan_id', '=', p.planId).orderBy('position').limit(p.limit),
    ),
)

const deletePlan = statement(({ db, p }: Parts<{ planId: string }>) =>
  db.deleteFrom('plans').where('id', '=', p.planId),
)

export function planReads(connection: SqlConnection): PlanReads {
  return {
    async findPlan(planId) {
      const row = await connection.first(findPlan, { planId })
      return row && toPlan(row)
    },
    async listPlans(repositoryId, { after, limit }) {
      const from = after ?? { createdAtMs: Number.MAX_SAFE_INTEGER, id: '' }
      const { createdAtMs, id } = from
      return (await connection.all(listPlans, { repositoryId, createdAtMs, id, limit })).map(toPlan)
    },
    async findLatestPlan(repositoryId, kind) {
      const row = await connection.first(findLatest, { repositoryId, kind })
      return row && toPlan(row)
    },
    async listOpenPlans(limit) {
      return (await connection.all(listOpen, { limit })).map(toPlan)
    },
    async listPlanItems(planId, { tagged }, { after, limit }) {
      const page = { planId, after: after ?? -1, limit }
      const rows =
        tagged === undefined
          ? await connection.all(listItems, page)
          : await connection.all(listItemsTagged, { ...page, tagged: Number(tagged) })
      return rows.map(toItem)
    },
    async listPlanItemsBack(planId, outcome, { beforePosition: before, limit }) {
      return (await connection.all(listItemsBack, { planId, outcome, before, limit })).map(toItem)
    },
    async findPlanItems(planId, digests) {
      return (await connection.all(findItems, { planId, digests: JSON.stringify(digests) })).map(toItem)
    },
    async lastPlanPosition(planId) {
      return (await connection.first(lastPosition, { planId }))?.position
    },
    async countPlanItems(planId) {
      const progress = { planned: 0, done: 0, failed: 0, undone: 0 }
      for (const { outcome, count } of await connection.all(countItems, { planId })) progress[outcome] = count
      return progress
    },
  }
}

export function planWrites(connection: SqlConnection): PlanChanges {
  return {
    async insertPlan(plan) {
      await connection.run(insertPlan, fromPlan(plan))
    },
    async updatePlan(planId, change) {
      const row = await connection.first(lockPlan, { planId })
      if (row === undefined) return
      const { id, state, undoUntilMs, body } = fromPlan({ ...toPlan(row), ...change })
      await connection.run(updatePlan, { id, state, undoUntilMs, body })
    },
    async insertPlanItems(planId, items) {
      if (items.length > 0) await connection.run(insertItems, { planId, items: JSON.stringify(items.map(fromItem)) })
    },
    async updatePlanItems(planId, items) {
      const outcomes = items.map((item): ItemOutcome => {
        const { position, outcome, body } = fromItem(item)
        return { plan_id: planId, position, outcome, body }
      })
      if (outcomes.length > 0) await connection.run(updateItems, { items: JSON.stringify(outcomes) })
    },
    async deletePlansBefore(atMs, nowMs, limit) {
      let deleted = 0
      for (const { id } of await connection.all(oldPlans, { atMs, nowMs, limit })) {
        if (deleted >= limit) break
        deleted += await forgetPlan(connection, id, limit - deleted)
      }
      return deleted
    },
  }
}

/** Forgets up to `limit` rows of a plan, itself the last. @returns how many */
export async function forgetPlan(connection: SqlConnection, planId: string, limit: number): Promise<number> {
  const deleted = await connection.run(deleteItems, { planId, limit })
  return deleted < limit ? deleted + (await connection.run(deletePlan, { planId })) : deleted
}

type PlanColumns = ReturnType<typeof fromPlan>

function fromPlan({ id, registryId, repositoryId, kind, state, createdAtMs, ...body }: Plan) {
  const undoUntilMs = body.undoUntilMs ?? null
  return { id, registryId, repositoryId, kind, state, createdAtMs, undoUntilMs, body: JSON.stringify(body) }
}

type PlanBody = Omit<Plan, 'id' | 'registryId' | 'repositoryId' | 'kind' | 'state' | 'createdAtMs'>

function toPlan(row: Selectable<Schema['plans']>): Plan {
  // Written by fromPlan; JSON leaves out what is undefined.
  const body = JSON.parse(row.body) as PlanBody
  return {
    id: row.id,
    registryId: row.registry_id,
    repositoryId: row.repository_id,
    kind: row.kind,
    state: row.state,
    createdAtMs: row.created_at_ms,
    ...body,
  }
}

function fromItem({ position, digest, action, outcome, ...body }: PlanItem): ItemRow {
  return { position, digest, action, outcome, is_tagged: body.tags.length === 0 ? 0 : 1, body: JSON.stringify(body) }
}

function toItem({ position, digest, action, outcome, body }: Selectable<Schema['plan_items']>): PlanItem {
  // As toPlan.
  return { position, digest, action, outcome, ...(JSON.parse(body) as Omit<PlanItem, keyof ItemRow & keyof PlanItem>) }
}
