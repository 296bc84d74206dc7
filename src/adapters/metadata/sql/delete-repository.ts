import { addCandidate } from './candidates.ts'
import type { SqlConnection } from './connection.ts'
import { type Parts, statement } from './statement.ts'

/** What one transaction may have to write for uploads: principals have thousands of them at most. */
const UPLOADS_EXPIRED = 200

const hideRow = statement(({ db, p }: Parts<{ repositoryId: number; nowMs: number }>) =>
  db
    .updateTable('repositories')
    .set({ deleted_at_ms: p.nowMs })
    .where('id', '=', p.repositoryId)
    .where('deleted_at_ms', 'is', null),
)

const expireUploads = statement(({ db, p }: Parts<{ repositoryId: number; limit: number }>) =>
  db
    .updateTable('uploads')
    .set({ expires_at_ms: 0 })
    .where(
      'id',
      'in',
      db.selectFrom('uploads').select('id').where('repository_id', '=', p.repositoryId).limit(p.limit),
    ),
)

/**
 * One row says it all; what the repository held stays as it is, so that it could be brought back.
 *
 * Uploads past the first few hundred run into their own expiry: nobody can go on with them.
 */
export async function deleteRepository(
  connection: SqlConnection,
  deletion: { repositoryId: number; nowMs: number; purgeDueAtMs: number },
): Promise<void> {
  const { repositoryId, nowMs, purgeDueAtMs } = deletion
  if ((await connection.run(hideRow, { repositoryId, nowMs })) === 0) return
  await connection.run(expireUploads, { repositoryId, limit: UPLOADS_EXPIRED })
  await addCandidate(connection, { kind: 'repository', repositoryId, dueAtMs: purgeDueAtMs })
}
