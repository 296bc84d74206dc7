import { sql } from 'kysely'
import type { DeadLetterChoice, WebhookChanges } from '../../../ports/metadata/webhooks.ts'
import type { SqlConnection } from './connection.ts'
import { upsertLines } from './delivery-lines.ts'
import { type Parts, statement } from './statement.ts'

export const listDead = statement(({ db, p }: Parts<{ webhookId: number; after: number; limit: number }>) =>
  db
    .selectFrom('deliveries')
    .innerJoin('events', 'events.sequence', 'deliveries.sequence')
    .select(['deliveries.sequence', 'attempts', 'last_error', 'kind', 'at_ms', 'registry_id', 'events.repository_id'])
    .select(['repository_name', 'principal', 'detail'])
    .where('webhook_id', '=', p.webhookId)
    .where('deliveries.sequence', '>', p.after)
    // As the index has it: a parameter would not do.
    .where(sql<boolean>`state = 'dead'`)
    .orderBy('deliveries.sequence')
    .limit(p.limit),
)

const listSequences = statement(({ db, p }: Parts<{ webhookId: number; limit: number }>) =>
  db
    .selectFrom('deliveries')
    .select('sequence')
    .where('webhook_id', '=', p.webhookId)
    .where(sql<boolean>`state = 'dead'`)
    .orderBy('sequence')
    .limit(p.limit),
)

type Chosen = { webhookId: number; sequences: string }

/** As pairs: with the webhook by itself, SQLite would read all its deliveries. */
function isChosen({ p, dialect }: Parts<Chosen>) {
  const given = dialect.rows<{ sequence: number }>(p.sequences, { sequence: 'integer' })
  return sql<boolean>`state = 'dead'
    and (webhook_id, sequence) in (select cast(${p.webhookId} as bigint), given.sequence from ${given} as given)`
}

export const replay = statement((parts: Parts<Chosen>) =>
  parts.db
    .updateTable('deliveries')
    .set({ state: 'pending', attempts: 0 })
    .where(isChosen(parts))
    .returning(['webhook_id as webhookId', 'repository_id as repositoryId']),
)

export const drop = statement((parts: Parts<Chosen>) => parts.db.deleteFrom('deliveries').where(isChosen(parts)))

export function deadLetterWrites(
  connection: SqlConnection,
): Pick<WebhookChanges, 'replayDeadLetters' | 'dropDeadLetters'> {
  const sequencesOf = async (webhookId: number, choice: DeadLetterChoice, limit: number): Promise<string> => {
    if (choice === 'all') return JSON.stringify(await connection.all(listSequences, { webhookId, limit }))
    return JSON.stringify(choice.slice(0, limit).map((sequence) => ({ sequence })))
  }
  return {
    async replayDeadLetters(webhookId, choice, { dueAtMs, limit }) {
      const sequences = await sequencesOf(webhookId, choice, limit)
      const replayed = await connection.all(replay, { webhookId, sequences })
      await upsertLines(connection, replayed, dueAtMs)
      return replayed.length
    },
    async dropDeadLetters(webhookId, choice, limit) {
      return await connection.run(drop, { webhookId, sequences: await sequencesOf(webhookId, choice, limit) })
    },
  }
}
