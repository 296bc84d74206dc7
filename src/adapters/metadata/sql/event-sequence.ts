import { sql } from 'kysely'
import type { SqlConnection } from './connection.ts'
import { type Parts, statement } from './statement.ts'

export type Place = { id: number; sequence: number; audienceId: number }

const findHead = statement(({ db }: Parts<Record<never, never>>) => db.selectFrom('event_heads').select('sequence'))

const lockHead = statement(({ db, dialect }: Parts<Record<never, never>>) =>
  db.selectFrom('event_heads').select('sequence').modifyEnd(dialect.lock('update')),
)

const placeEvents = statement(({ db, p, dialect }: Parts<{ places: string }>) =>
  db
    .updateTable('events')
    .from(dialect.rows<Place>(p.places, { id: 'integer', sequence: 'integer', audienceId: 'integer' }).as('given'))
    .set((eb) => ({ sequence: eb.ref('given.sequence'), audience_id: eb.ref('given.audienceId') }))
    .whereRef('events.id', '=', 'given.id')
    // Not `is null`: PostgreSQL would then go through everything that waits, as that has an index.
    .where(sql<boolean>`coalesce(events.sequence, 0) = 0`),
)

const moveHead = statement(({ db, p }: Parts<{ before: number; sequence: number }>) =>
  db.updateTable('event_heads').set({ sequence: p.sequence }).where('sequence', '=', p.before),
)

export async function findEventHead(connection: SqlConnection): Promise<number> {
  return (await connection.first(findHead, {}))?.sequence ?? 0
}

export async function lockEventHead(connection: SqlConnection): Promise<number> {
  const head = await connection.first(lockHead, {})
  if (head === undefined) throw new Error('the row of the head of events is gone')
  return head.sequence
}

/** A place that is taken, or one too many or too few, would be a gap that subscribers wait at: then nothing is written. */
export async function sequenceEvents(connection: SqlConnection, places: readonly Place[]): Promise<void> {
  const [first, last] = [places[0], places.at(-1)]
  if (first === undefined || last === undefined) return
  const changed = await connection.run(placeEvents, { places: JSON.stringify(places) })
  const moved = await connection.run(moveHead, { before: first.sequence - 1, sequence: last.sequence })
  if (changed !== places.length || moved !== 1 || last.sequence - first.sequence + 1 !== changed) {
    throw new Error(`places ${first.sequence} to ${last.sequence} do not follow on the head of events`)
  }
}
