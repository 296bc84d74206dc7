import type { Selectable } from 'kysely'
import type { EventRecord, StoredEvent } from '../../../ports/metadata/event-record.ts'
import type { EventChanges, EventReads } from '../../../ports/metadata/events.ts'
import type { SqlConnection } from './connection.ts'
import type { Schema } from './schema.ts'
import { type Parts, statement } from './statement.ts'

const listEvents = statement(({ db, p }: Parts<{ after: number; limit: number }>) =>
  db.selectFrom('events').selectAll().where('id', '>', p.after).orderBy('id').limit(p.limit),
)

const insertEvent = statement(({ db, p }: Parts<ReturnType<typeof fromEvent>>) =>
  db.insertInto('events').values({
    kind: p.kind,
    at_ms: p.atMs,
    registry_id: p.registryId,
    repository_id: p.repositoryId,
    repository_name: p.repositoryName,
    principal: p.principal,
    detail: p.detail,
  }),
)

const deleteBefore = statement(({ db, p }: Parts<{ atMs: number; limit: number }>) =>
  db
    .deleteFrom('events')
    .where(
      'id',
      'in',
      db.selectFrom('events').select('id').where('at_ms', '<', p.atMs).orderBy('at_ms').limit(p.limit),
    ),
)

export function eventReads(connection: SqlConnection): EventReads {
  return {
    async listEvents({ after, limit }) {
      const rows = await connection.all(listEvents, { after: after ?? 0, limit })
      return rows.map(toEvent)
    },
  }
}

export function eventWrites(connection: SqlConnection): EventChanges {
  return {
    async recordEvent(event) {
      await connection.run(insertEvent, fromEvent(event))
    },
    deleteEventsBefore: (atMs, limit) => connection.run(deleteBefore, { atMs, limit }),
  }
}

function fromEvent(event: EventRecord) {
  return {
    kind: event.kind,
    atMs: event.atMs,
    registryId: event.registryId ?? null,
    repositoryId: event.repositoryId ?? null,
    repositoryName: event.repositoryName ?? null,
    principal: event.principal ?? null,
    detail: JSON.stringify(event.detail),
  }
}

function toEvent(row: Selectable<Schema['events']>): StoredEvent {
  const event = {
    id: row.id,
    kind: row.kind,
    atMs: row.at_ms,
    registryId: row.registry_id ?? undefined,
    repositoryId: row.repository_id ?? undefined,
    repositoryName: row.repository_name ?? undefined,
    principal: row.principal ?? undefined,
    detail: JSON.parse(row.detail),
  }
  // Written by recordEvent, so its columns fit its kind.
  return event as StoredEvent
}
