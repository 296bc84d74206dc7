import { sql } from 'kysely'
import type { DeadLetter, DeliveryLine, WebhookChanges, WebhookReads } from '../../../ports/metadata/webhooks.ts'
import type { SqlConnection } from './connection.ts'
import { deadLetterWrites, listDead } from './dead-letters.ts'
import { deliveryLineWrites, listDue, upsertLines } from './delivery-lines.ts'
import { toEvent } from './events.ts'
import { type Parts, statement } from './statement.ts'

/** Of more it is enough to know that they are more. */
const MOST_COUNTED = 10_000

type Key = { webhookId: number; repositoryId: number; sequence: number }

export const findPending = statement(({ db, p }: Parts<{ webhookId: number; repositoryId: number }>) =>
  db
    .selectFrom('deliveries')
    .innerJoin('events', 'events.sequence', 'deliveries.sequence')
    .select(['deliveries.sequence', 'attempts', 'kind', 'at_ms', 'registry_id', 'events.repository_id'])
    .select(['repository_name', 'principal', 'detail'])
    .where('webhook_id', '=', p.webhookId)
    .where('deliveries.repository_id', '=', p.repositoryId)
    .where('state', '=', 'pending')
    .orderBy('deliveries.sequence')
    .limit(1),
)

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

const deleteDelivery = statement(({ db, p }: Parts<Key>) =>
  db
    .deleteFrom('deliveries')
    .where('webhook_id', '=', p.webhookId)
    .where('repository_id', '=', p.repositoryId)
    .where('sequence', '=', p.sequence),
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

type DeliveryReads = Pick<WebhookReads, 'listDueLines' | 'findPendingDelivery' | 'listDeadLetters' | 'countDeliveries'>

export function deliveryReads(connection: SqlConnection): DeliveryReads {
  return {
    listDueLines: (nowMs, except, limit) =>
      connection.all(listDue, { nowMs, except: JSON.stringify(except.map((id) => ({ id }))), limit }),
    async findPendingDelivery({ webhookId, repositoryId }) {
      const row = await connection.first(findPending, { webhookId, repositoryId })
      return row && { sequence: row.sequence as number, attempts: row.attempts, event: toEvent(row) }
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
    async settleDelivery({ sequence, ...line }, outcome, { leaseId, untilMs }) {
      const isOver = outcome.kind === 'failed'
      const next = { dueAtMs: isOver ? outcome.dueAtMs : untilMs, nextLeaseId: isOver ? null : leaseId }
      if (!(await lines.moveLine(line, leaseId, next))) return false
      const key = { webhookId: line.webhookId, repositoryId: line.repositoryId, sequence }
      if (outcome.kind === 'delivered') await connection.run(deleteDelivery, key)
      else {
        const state = outcome.kind === 'dead' ? 'dead' : 'pending'
        await connection.run(noteFailure, { ...key, state, lastError: outcome.lastError })
      }
      return true
    },
    async releaseLine(line, leaseId, dueAtMs) {
      if (!(await lines.lockLine(line, leaseId))) return
      if ((await connection.first(findPending, lineKey(line))) === undefined) await lines.deleteLine(line)
      else await lines.moveLine(line, leaseId, { dueAtMs, nextLeaseId: null })
    },
  }
}

function lineKey({ webhookId, repositoryId }: DeliveryLine) {
  return { webhookId, repositoryId }
}
