import type { EventRecord, MetadataReader, MetadataTransaction } from '../../../ports/metadata-store.ts'
import type { SqlConnection } from './connection.ts'
import { type Parts, statement } from './statement.ts'

type Reads = Pick<MetadataReader, 'listEvents'>
type Writes = Pick<MetadataTransaction, 'recordEvent' | 'deleteEventsBefore'>

const listEvents = statement(({ db, p }: Parts<{ after: number; limit: number }>) =>
  db
    .selectFrom('events')
    .select(['id', 'kind', 'at_ms', 'repository_id', 'detail'])
    .where('id', '>', p.after)
    .orderBy('id')
    .limit(p.limit),
)

const insertEvent = statement(
  ({ db, p }: Parts<{ kind: string; atMs: number; repositoryId: number | null; detail: string }>) =>
    db.insertInto('events').values({ kind: p.kind, at_ms: p.atMs, repository_id: p.repositoryId, detail: p.detail }),
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

export function eventReads(connection: SqlConnection): Reads {
  return {
    async listEvents({ after, limit }) {
      const rows = await connection.all(listEvents, { after: after ?? 0, limit })
      return rows.map(({ id, kind, at_ms, repository_id, detail }) => ({
        id,
        kind,
        atMs: at_ms,
        repositoryId: repository_id ?? undefined,
        // Written by recordEvent, so it has its shape.
        detail: JSON.parse(detail) as EventRecord['detail'],
      }))
    },
  }
}

export function eventWrites(connection: SqlConnection): Writes {
  return {
    async recordEvent({ kind, atMs, repositoryId, detail }) {
      await connection.run(insertEvent, {
        kind,
        atMs,
        repositoryId: repositoryId ?? null,
        detail: JSON.stringify(detail),
      })
    },
    deleteEventsBefore: (atMs, limit) => connection.run(deleteBefore, { atMs, limit }),
  }
}
