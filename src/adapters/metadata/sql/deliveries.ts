import { sql } from 'kysely'
import type {
  DeadLetter,
  DeliveryLine,
  LineTurn,
  WebhookChanges,
  WebhookReads,
} from '../../../ports/metadata/webhooks.ts'
import type { SqlConnection } from './connection.ts'
import { deadLetterWrites, listDead } from './dead-letters.ts'
import { deliveryLineWrites, listDue, upsertLines } from './delivery-lines.ts'
import { toEvent } from './events.ts'
import { type Parts, statement } from './statement.ts'

/** Of more it is enough to know that they are more. */
const MOST_COUNTED = 10_000

type Key = { webhookId: number; repositoryId: number; sequence: number }

export const listPending = statement(({ db, p }: Parts<{ webhookId: number; repositoryId: number; limit: number }>) => {
  const page = db
    .selectFrom('deliveries')
    .select(['webhook_id', 'repository_id', 'sequence'])
    .where('webhook_id', '=', p.webhookId)
    .where('repository_id', '=', p.repositoryId)
    // As the index has it, which holds no dead letters: there may be many before the first that is pending.
    .where(sql<boolean>`state = 'pending'`)
    .orderBy('sequence')
    .limit(p.limit)
  return db
    .selectFrom(page.as('page'))
    .innerJoin('deliveries', (join) =>
      join
        .onRef('deliveries.webhook_id', '=', 'page.webhook_id')
        .onRef('deliveries.repository_id', '=', 'page.repository_id')
        .onRef('deliveries.sequence', '=', 'page.sequence'),
    )
    .innerJoin('events', 'events.sequence', 'page.sequence')
    .select(['page.sequence', 'attempts', 'kind', 'at_ms', 'registry_id', 'events.repository_id'])
    .select(['repository_name', 'principal', 'detail'])
    .orderBy('page.sequence')
})

const count = (state: 'pending' | 'dead') =>
  statement(({ db, p }: Parts<{ webhookId: number }>) =>
    db
      .selectFrom(
        db
          .selectFrom('deliveries')
          .select('sequence')
          .where('webhook_id', '=', p.webhookId)
          // As the index has it.
          .where(sql<boolean>`state = ${sql.lit(state)}`)
          .limit(MOST_COUNTED)
          .as('counted'),
      )
      .select((eb) => eb.fn.countAll<number>().as('count')),
  )
const countPending = count('pending')
const countDead = count('dead')

const insertDeliveries = statement(({ db, p, dialect }: Parts<{ deliveries: string }>) =>
  db
    .insertInto('deliveries')
    .columns(['webhook_id', 'repository_id', 'sequence', 'state', 'attempts'])
    .expression((eb) =>
      eb
        .selectFrom(
          dialect
            .rows<Key>(p.deliveries, { webhookId: 'integer', repositoryId: 'integer', sequence: 'integer' })
            .as('given'),
        )
        .select([
          'webhookId',
          'repositoryId',
          'sequence',
          sql<'pending'>`'pending'`.as('state'),
          sql<0>`0`.as('attempts'),
        ]),
    ),
)

const deleteDelivered = statement(
  ({ db, p, dialect }: Parts<{ webhookId: number; repositoryId: number; sequences: string }>) =>
    db
      .deleteFrom('deliveries')
      .where('webhook_id', '=', p.webhookId)
      .where('repository_id', '=', p.repositoryId)
      .where((eb) =>
        eb(
          'sequence',
          'in',
          eb
            .selectFrom(dialect.rows<{ sequence: number }>(p.sequences, { sequence: 'integer' }).as('given'))
            .select('given.sequence'),
        ),
      ),
)

const noteFailure = statement(({ db, p }: Parts<Key & { state: 'pending' | 'dead'; lastError: string }>) =>
  db
    .updateTable('deliveries')
    .set((eb) => ({ attempts: eb('attempts', '+', 1), state: p.state, last_error: p.lastError }))
    .where('webhook_id', '=', p.webhookId)
    .where('repository_id', '=', p.repositoryId)
    .where('sequence', '=', p.sequence),
)

const deleteSome = statement(({ db, p }: Parts<{ webhookId: number; limit: number }>) =>
  db
    .deleteFrom('deliveries')
    .where('webhook_id', '=', p.webhookId)
    .where(
      sql<boolean>`(repository_id, sequence) in (select repository_id, sequence from deliveries
        where webhook_id = ${p.webhookId} order by repository_id, sequence limit ${p.limit})`,
    ),
)

type DeliveryReads = Pick<
  WebhookReads,
  'listDueLines' | 'listPendingDeliveries' | 'listDeadLetters' | 'countDeliveries'
>

export function deliveryReads(connection: SqlConnection): DeliveryReads {
  return {
    listDueLines: (nowMs, except, limit) =>
      connection.all(listDue, { nowMs, except: JSON.stringify(except.map((id) => ({ id }))), limit }),
    async listPendingDeliveries({ webhookId, repositoryId }, limit) {
      const rows = await connection.all(listPending, { webhookId, repositoryId, limit })
      return rows.map((row) => ({ sequence: row.sequence, attempts: row.attempts, event: toEvent(row) }))
    },
    async listDeadLetters(webhookId, { after = 0, limit }) {
      const rows = await connection.all(listDead, { webhookId, after, limit })
      return rows.map(
        (row): DeadLetter => ({
          sequence: row.sequence,
          attempts: row.attempts,
          lastError: row.last_error ?? '',
          event: toEvent(row),
        }),
      )
    },
    async countDeliveries(webhookId) {
      const [pending, dead] = [
        await connection.first(countPending, { webhookId }),
        await connection.first(countDead, { webhookId }),
      ]
      return { pending: pending?.count ?? 0, dead: dead?.count ?? 0 }
    },
  }
}

type DeliveryWrites = Omit<
  WebhookChanges,
  'insertWebhook' | 'lockWebhook' | 'updateWebhook' | 'deleteWebhook' | 'lockEnabledWebhooks'
> & { readonly deleteLines: (webhookId: number) => Promise<void> }

export function deliveryWrites(connection: SqlConnection): DeliveryWrites {
  const lines = deliveryLineWrites(connection)
  return {
    ...lines,
    ...deadLetterWrites(connection),
    deleteDeliveries: (webhookId, limit) => connection.run(deleteSome, { webhookId, limit }),
    async addDeliveries(deliveries, dueAtMs) {
      if (deliveries.length === 0) return
      await connection.run(insertDeliveries, { deliveries: JSON.stringify(deliveries) })
      await upsertLines(connection, deliveries, dueAtMs)
    },
    async finishTurn(line, leaseId, turn) {
      if (!(await lines.lockLine(line, leaseId))) return false
      await noteTurn(connection, line, turn)
      const key = { webhookId: line.webhookId, repositoryId: line.repositoryId }
      if ((await connection.first(listPending, { ...key, limit: 1 })) === undefined) await lines.deleteLine(line)
      else await lines.giveBack(line, turn.dueAtMs)
      return true
    },
  }
}

async function noteTurn(
  connection: SqlConnection,
  { webhookId, repositoryId }: DeliveryLine,
  { delivered, failed }: LineTurn,
): Promise<void> {
  if (delivered.length > 0) {
    const sequences = JSON.stringify(delivered.map((sequence) => ({ sequence })))
    await connection.run(deleteDelivered, { webhookId, repositoryId, sequences })
  }
  if (failed === undefined) return
  const { sequence, lastError, isDead } = failed
  const state = isDead ? 'dead' : 'pending'
  await connection.run(noteFailure, { webhookId, repositoryId, sequence, state, lastError })
}
