import type { BlobLocation } from '../../../ports/blob-store.ts'
import type { BlobRemoval, RemovalChanges, RemovalReads } from '../../../ports/metadata/collection.ts'
import type { SqlConnection } from './connection.ts'
import { type Parts, statement } from './statement.ts'

const insert = statement(({ db, p }: Parts<{ [Key in keyof BlobRemoval]: BlobRemoval[Key] }>) =>
  db.insertInto('removals').values({
    location: p.location,
    digest: p.digest,
    size_bytes: p.sizeBytes,
    due_at_ms: p.dueAtMs,
    why: p.why,
  }),
)

export const listDueRemovals = statement(({ db, p }: Parts<{ nowMs: number; limit: number }>) =>
  db
    .selectFrom('removals')
    .select(['location', 'digest', 'size_bytes as sizeBytes', 'due_at_ms as dueAtMs', 'why'])
    .where('due_at_ms', '<=', p.nowMs)
    .orderBy('due_at_ms')
    .orderBy('location')
    .limit(p.limit),
)

const deleteRemoval = statement(({ db, p }: Parts<{ location: BlobLocation }>) =>
  db.deleteFrom('removals').where('location', '=', p.location),
)

export function removalReads(connection: SqlConnection): RemovalReads {
  return { listDueRemovals: (nowMs, limit) => connection.all(listDueRemovals, { nowMs, limit }) }
}

export function removalWrites(connection: SqlConnection): RemovalChanges {
  return {
    async deleteRemoval(location) {
      await connection.run(deleteRemoval, { location })
    },
  }
}

export async function insertRemoval(connection: SqlConnection, removal: BlobRemoval): Promise<void> {
  await connection.run(insert, { ...removal })
}
