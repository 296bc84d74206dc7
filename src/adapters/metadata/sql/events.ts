import type { Selectable } from 'kysely'
import type { EventRecord, SequencedEvent, StoredEvent } from '../../../ports/metadata/event-record.ts'
import type { EventChanges, EventReads } from '../../../ports/metadata/events.ts'
import type { SqlConnection } from './connection.ts'
import { findEventHead, lockEventHead, sequenceEvents } from './event-sequence.ts'
import type { Schema } from './schema.ts'
import { type Parts, statement } from './statement.ts'
import type { TransactionNotes } from './transaction-notes.ts'

type Range = { audienceId: number; after: number; limit: number }

const listEvents = statement(({ db, p }: Parts<{ after: number; limit: number }>) =>
  db.selectFrom('events').selectAll().where('id', '>', p.after).orderBy('id').limit(p.limit),
)

export const listUnsequenced = statement(({ db, p }: Parts<{ limit: number }>) =>
  db.selectFrom('events').selectAll().where('sequence', 'is', null).orderBy('id').limit(p.limit),
)

export const listSequenced = statement(({ db, p }: Parts<Range>) =>
  db
    .selectFrom('events')
    .selectAll()
    .where('audience_id', '=', p.audienceId)
    .where('sequence', '>', p.after)
    .orderBy('sequence')
    .limit(p.limit),
)

export const listSequencedOf = statement(({ db, p }: Parts<Range & { repositoryName: string }>) =>
  db
    .selectFrom('events')
    .selectAll()
    .where('audience_id', '=', p.audienceId)
    .where('repository_name', '=', p.repositoryName)
    .where('sequence', '>', p.after)
    .orderBy('sequence')
    .limit(p.limit),
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
    sequence: null,
    audience_id: null,
  }),
)

type Oldest = { atMs: number; limit: number }

function oldest({ db, p }: Parts<Oldest>) {
  return db.selectFrom('events').where('at_ms', '<', p.atMs).orderBy('at_ms').orderBy('id').limit(p.limit)
}

const deleteDeliveriesBefore = statement((parts: Parts<Oldest>) =>
  parts.db
    .deleteFrom('deliveries')
    .where('sequence', 'in', oldest(parts).select('sequence').$castTo<{ sequence: number }>()),
)

const deleteBefore = statement((parts: Parts<Oldest>) =>
  parts.db.deleteFrom('events').where('id', 'in', oldest(parts).select('id')),
)

export function eventReads(connection: SqlConnection): EventReads {
  return {
    async listEvents({ after, limit }) {
      const rows = await connection.all(listEvents, { after: after ?? 0, limit })
      return rows.map(toStored)
    },
    async hasUnsequencedEvents() {
      return (await connection.first(listUnsequenced, { limit: 1 })) !== undefined
    },
    findEventHead: () => findEventHead(connection),
    async listSequencedEvents(audienceId, { after = 0, limit }, repositoryName) {
      const range = { audienceId, after, limit }
      const rows =
        repositoryName === undefined
          ? await connection.all(listSequenced, range)
          : await connection.all(listSequencedOf, { ...range, repositoryName })
      return rows.map(toSequenced)
    },
  }
}

/** @param notes is told that there is an event */
export function eventWrites(connection: SqlConnection, notes: Pick<TransactionNotes, 'hasEvents'>): EventChanges {
  return {
    async recordEvent(event) {
      notes.hasEvents = true
      await connection.run(insertEvent, fromEvent(event))
    },
    async deleteEventsBefore(atMs, limit) {
      await connection.run(deleteDeliveriesBefore, { atMs, limit })
      return await connection.run(deleteBefore, { atMs, limit })
    },
    lockEventHead: () => lockEventHead(connection),
    async listUnsequencedEvents(limit) {
      const rows = await connection.all(listUnsequenced, { limit })
      return rows.map(toStored)
    },
    sequenceEvents: (places) => sequenceEvents(connection, places),
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

function toStored(row: Row): StoredEvent {
  return { ...toEvent(row), id: row.id }
}

function toSequenced(row: Row): SequencedEvent {
  // Only events that have a place are asked for, and they have both.
  return { ...toEvent(row), sequence: row.sequence as number, audienceId: row.audience_id as number }
}

type Row = Selectable<Schema['events']>

/** @param row of a join, too */
export function toEvent(row: Omit<Row, 'id' | 'sequence' | 'audience_id'>): EventRecord {
  const event = {
    kind: row.kind,
    atMs: row.at_ms,
    registryId: row.registry_id ?? undefined,
    repositoryId: row.repository_id ?? undefined,
    repositoryName: row.repository_name ?? undefined,
    principal: row.principal ?? undefined,
    detail: JSON.parse(row.detail),
  }
  // Written by recordEvent, so its columns fit its kind.
  return event as EventRecord
}
