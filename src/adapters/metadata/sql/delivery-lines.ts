import { sql } from 'kysely'
import type { DeliveryLine, WebhookChanges } from '../../../ports/metadata/webhooks.ts'
import type { SqlConnection } from './connection.ts'
import { type Parts, statement } from './statement.ts'

type Line = { webhookId: number; repositoryId: number }

export const listDue = statement(({ db, p, dialect }: Parts<{ nowMs: number; except: string; limit: number }>) =>
  db
    .selectFrom('delivery_lines')
    .select(['webhook_id as webhookId', 'repository_id as repositoryId'])
    .where('due_at_ms', '<=', p.nowMs)
    .where((eb) =>
      eb(
        'webhook_id',
        'not in',
        eb.selectFrom(dialect.rows<{ id: number }>(p.except, { id: 'integer' }).as('given')).select('given.id'),
      ),
    )
    .orderBy('due_at_ms')
    .orderBy('webhook_id')
    .orderBy('repository_id')
    .limit(p.limit),
)

/** Written although it stays as it is, which locks it: whoever is about to forget it must see what has been added. */
const upsert = statement(({ db, p, dialect }: Parts<{ lines: string; dueAtMs: number }>) =>
  db
    .insertInto('delivery_lines')
    .columns(['webhook_id', 'repository_id', 'due_at_ms'])
    .expression((eb) =>
      eb
        .selectFrom(dialect.rows<Line>(p.lines, { webhookId: 'integer', repositoryId: 'integer' }).as('given'))
        .select(['webhookId', 'repositoryId', sql<number>`cast(${p.dueAtMs} as bigint)`.as('dueAtMs')])
        // Without a `where`, SQLite would read `on conflict` as part of the query (sqlite.org/lang_upsert.html, 2.2).
        .where(sql<boolean>`true`),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['webhook_id', 'repository_id'])
        .doUpdateSet((eb) => ({ due_at_ms: eb.ref('delivery_lines.due_at_ms') })),
    ),
)

const lease = statement(({ db, p }: Parts<Line & { nowMs: number; untilMs: number; leaseId: string }>) =>
  db
    .updateTable('delivery_lines')
    .set({ due_at_ms: p.untilMs, lease_id: p.leaseId })
    .where('webhook_id', '=', p.webhookId)
    .where('repository_id', '=', p.repositoryId)
    .where('due_at_ms', '<=', p.nowMs),
)

const giveBack = statement(({ db, p }: Parts<Line & { dueAtMs: number }>) =>
  db
    .updateTable('delivery_lines')
    .set({ due_at_ms: p.dueAtMs, lease_id: null })
    .where('webhook_id', '=', p.webhookId)
    .where('repository_id', '=', p.repositoryId),
)

const lock = statement(({ db, p, dialect }: Parts<Line & { leaseId: string }>) =>
  db
    .selectFrom('delivery_lines')
    .select('webhook_id')
    .where('webhook_id', '=', p.webhookId)
    .where('repository_id', '=', p.repositoryId)
    .where('lease_id', '=', p.leaseId)
    .modifyEnd(dialect.lock('update')),
)

const deleteOne = statement(({ db, p }: Parts<Line>) =>
  db.deleteFrom('delivery_lines').where('webhook_id', '=', p.webhookId).where('repository_id', '=', p.repositoryId),
)

const deleteOfWebhook = statement(({ db, p }: Parts<{ webhookId: number }>) =>
  db.deleteFrom('delivery_lines').where('webhook_id', '=', p.webhookId),
)

const reschedule = statement(({ db, p }: Parts<{ webhookId: number; dueAtMs: number }>) =>
  db
    .updateTable('delivery_lines')
    .set({ due_at_ms: p.dueAtMs })
    .where('webhook_id', '=', p.webhookId)
    .where('lease_id', 'is', null),
)

/** Each line once, and in one order for everybody who locks several. */
export async function upsertLines(
  connection: SqlConnection,
  lines: readonly DeliveryLine[],
  dueAtMs: number,
): Promise<void> {
  const each = new Map<string, Line>()
  for (const { webhookId, repositoryId } of lines) {
    each.set(`${webhookId} ${repositoryId}`, { webhookId, repositoryId })
  }
  const sorted = [...each.values()].sort((a, b) => a.webhookId - b.webhookId || a.repositoryId - b.repositoryId)
  if (sorted.length > 0) await connection.run(upsert, { lines: JSON.stringify(sorted), dueAtMs })
}

interface LineWrites extends Pick<WebhookChanges, 'leaseLine' | 'rescheduleLines'> {
  /** @returns whether the lease is still there */
  readonly lockLine: (line: DeliveryLine, leaseId: string) => Promise<boolean>
  readonly giveBack: (line: DeliveryLine, dueAtMs: number) => Promise<void>
  readonly deleteLine: (line: DeliveryLine) => Promise<void>
  readonly deleteLines: (webhookId: number) => Promise<void>
}

export function deliveryLineWrites(connection: SqlConnection): LineWrites {
  return {
    async leaseLine({ webhookId, repositoryId }, { leaseId, nowMs, untilMs }) {
      return (await connection.run(lease, { webhookId, repositoryId, leaseId, nowMs, untilMs })) === 1
    },
    async giveBack({ webhookId, repositoryId }, dueAtMs) {
      await connection.run(giveBack, { webhookId, repositoryId, dueAtMs })
    },
    async lockLine({ webhookId, repositoryId }, leaseId) {
      return (await connection.first(lock, { webhookId, repositoryId, leaseId })) !== undefined
    },
    async deleteLine({ webhookId, repositoryId }) {
      await connection.run(deleteOne, { webhookId, repositoryId })
    },
    async deleteLines(webhookId) {
      await connection.run(deleteOfWebhook, { webhookId })
    },
    async rescheduleLines(webhookId, dueAtMs) {
      await connection.run(reschedule, { webhookId, dueAtMs })
    },
  }
}
