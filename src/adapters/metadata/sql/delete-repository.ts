import { sql } from 'kysely'
import type { SqlConnection } from './connection.ts'
import { dropContentsOfRepository } from './manifest-contents.ts'
import { type Parts, statement } from './statement.ts'

type OfRepository = { repositoryId: number }

/** Both what it could see and what its manifests refer to: the two can differ. */
const candidatesOfBlobs = statement(({ db, p }: Parts<OfRepository & { dueAtMs: number }>) =>
  db
    .insertInto('candidates')
    .columns(['kind', 'repository_id', 'digest', 'due_at_ms'])
    .expression((eb) =>
      eb
        .selectFrom(
          eb
            .selectFrom('repository_blobs')
            .select('digest')
            .where('repository_id', '=', p.repositoryId)
            .union(eb.selectFrom('manifest_blobs').select('blob as digest').where('repository_id', '=', p.repositoryId))
            .as('held'),
        )
        .select([
          sql<'blob'>`'blob'`.as('kind'),
          sql<number>`0`.as('repository_id'),
          'held.digest',
          sql<number>`cast(${p.dueAtMs} as bigint)`.as('due_at_ms'),
        ])
        .where(sql<boolean>`true`),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['repository_id', 'kind', 'digest'])
        .doUpdateSet((eb) => ({ due_at_ms: eb.ref('excluded.due_at_ms') })),
    ),
)

const expireUploads = statement(({ db, p }: Parts<OfRepository>) =>
  db.updateTable('uploads').set({ expires_at_ms: 0 }).where('repository_id', '=', p.repositoryId),
)

const deleteRow = statement(({ db, p }: Parts<OfRepository>) =>
  db.deleteFrom('repositories').where('id', '=', p.repositoryId),
)

const EDGE_TABLES = [
  'resource_tags',
  'manifest_children',
  'manifest_blobs',
  'manifests',
  'tags',
  'repository_blobs',
  'candidates',
] as const

const deleteEdges = EDGE_TABLES.map((table) =>
  statement(({ db, p }: Parts<OfRepository>) => db.deleteFrom(table).where('repository_id', '=', p.repositoryId)),
)

/** Its uploads stay, expired: only their rows still say which staged bytes are to be removed. */
export async function deleteRepository(connection: SqlConnection, repositoryId: number, dueAtMs: number) {
  await connection.run(candidatesOfBlobs, { repositoryId, dueAtMs })
  await connection.run(expireUploads, { repositoryId })
  await dropContentsOfRepository(connection, repositoryId)
  for (const deletion of deleteEdges) await connection.run(deletion, { repositoryId })
  await connection.run(deleteRow, { repositoryId })
}
