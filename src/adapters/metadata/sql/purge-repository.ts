import { type RawBuilder, sql } from 'kysely'
import type { Digest } from '../../../core/digest.ts'
import type { RepositoryPurge } from '../../../ports/metadata/repository-deletion.ts'
import type { SqlConnection } from './connection.ts'
import { dropContentsIfUnused } from './manifest-contents.ts'
import { forgetPlan } from './plans.ts'
import { deleteShares } from './quota-shares.ts'
import type { TableOfRepository } from './schema.ts'
import { type Parts, statement } from './statement.ts'

type Page = { repositoryId: number; limit: number }
type Purge = Page & { blobsDueAtMs: number }
/** Removes up to `limit` rows of one table; fewer mean that there are no more. @returns how many */
type PurgeTable = (connection: SqlConnection, purge: Purge) => Promise<number>

const lockDeleted = statement(({ db, p, dialect }: Parts<{ repositoryId: number }>) =>
  db
    .selectFrom('repositories')
    .select(['is_purging', 'registry_id as registryId'])
    .where('id', '=', p.repositoryId)
    .where('deleted_at_ms', 'is not', null)
    .modifyEnd(dialect.lock('update')),
)

const beginPurge = statement(({ db, p }: Parts<{ repositoryId: number }>) =>
  db.updateTable('repositories').set({ is_purging: 1 }).where('id', '=', p.repositoryId),
)

const deleteRow = statement(({ db, p }: Parts<{ repositoryId: number }>) =>
  db.deleteFrom('repositories').where('id', '=', p.repositoryId),
)

/** The first rows of a repository in the order of their key, which both engines find by its index. */
function firstRows(p: Page, table: TableOfRepository, key: readonly string[]): RawBuilder<boolean> {
  const columns = sql.join(key.map((column) => sql.ref(column)))
  return sql`(${columns}) in (select ${columns} from ${sql.table(table)}
    where repository_id = ${p.repositoryId} order by ${columns} limit ${p.limit})`
}

function deleteRows(table: TableOfRepository, key: readonly string[]) {
  return statement(({ db, p }: Parts<Page>) => db.deleteFrom(table).where(firstRows(p, table, key)))
}

function purgeRows(table: TableOfRepository, key: readonly string[]): PurgeTable {
  const deletion = deleteRows(table, key)
  return (connection, { repositoryId, limit }) => connection.run(deletion, { repositoryId, limit })
}

/** Each half has an index of its own. */
const deleteTags = (['is', 'is not'] as const).map((live) =>
  statement(({ db, p }: Parts<Page>) =>
    db
      .deleteFrom('tags')
      .where(
        'id',
        'in',
        db
          .selectFrom('tags')
          .select('id')
          .where('repository_id', '=', p.repositoryId)
          .where('until_ms', live, null)
          .limit(p.limit),
      ),
  ),
)

async function purgeTags(connection: SqlConnection, { repositoryId, limit }: Purge): Promise<number> {
  let purged = 0
  for (const deletion of deleteTags) purged += await connection.run(deletion, { repositoryId, limit: limit - purged })
  return purged
}

const lockManifests = statement(({ db, p, dialect }: Parts<Page>) =>
  db
    .selectFrom('manifests')
    .select('digest')
    .where('repository_id', '=', p.repositoryId)
    .orderBy('digest')
    .limit(p.limit)
    .modifyEnd(dialect.lock('update')),
)

const deleteManifests = statement(({ db, p, dialect }: Parts<{ repositoryId: number; digests: string }>) =>
  db
    .deleteFrom('manifests')
    .where('repository_id', '=', p.repositoryId)
    .where(sql<boolean>`digest in ${dialect.textList(p.digests)}`),
)

/** Locks rows, then contents, in the order in which the purge of a single manifest does. */
async function purgeManifests(connection: SqlConnection, { repositoryId, limit }: Purge): Promise<number> {
  const page = await connection.all(lockManifests, { repositoryId, limit })
  if (page.length === 0) return 0
  const digests = page.map(({ digest }) => digest)
  await connection.run(deleteManifests, { repositoryId, digests: JSON.stringify(digests) })
  await dropContentsIfUnused(connection, digests)
  return digests.length
}

const deleteReferences = statement(({ db, p }: Parts<Page>) =>
  db
    .deleteFrom('manifest_blobs')
    .where(firstRows(p, 'manifest_blobs', ['repository_id', 'manifest', 'blob']))
    .returning('blob as digest'),
)

const deleteLinks = statement(({ db, p }: Parts<Page>) =>
  db
    .deleteFrom('repository_blobs')
    .where(firstRows(p, 'repository_blobs', ['repository_id', 'digest']))
    .returning('digest'),
)

const firstPlan = statement(({ db, p }: Parts<{ repositoryId: number }>) =>
  db.selectFrom('plans').select('id').where('repository_id', '=', p.repositoryId).limit(1),
)

/** Of no repository: this one is about to be gone. What it may still see becomes one when that ends. */
const addCandidates = statement(
  ({ db, p, dialect }: Parts<{ repositoryId: number; digests: string; dueAtMs: number }>) =>
    db
      .insertInto('candidates')
      .columns(['kind', 'repository_id', 'digest', 'due_at_ms'])
      .expression((eb) =>
        eb
          .selectFrom(dialect.textList<Digest>(p.digests).as('given'))
          .select([
            sql<'blob'>`'blob'`.as('kind'),
            sql<number>`0`.as('repository_id'),
            'given.value',
            sql<number>`cast(${p.dueAtMs} as bigint)`.as('due_at_ms'),
          ])
          .where((given) =>
            given.not(
              given.exists(
                given
                  .selectFrom('repository_blobs')
                  .select('repository_blobs.digest')
                  .where('repository_blobs.repository_id', '=', p.repositoryId)
                  .whereRef('repository_blobs.digest', '=', 'given.value'),
              ),
            ),
          ),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['repository_id', 'kind', 'digest'])
          .doUpdateSet((eb) => ({ due_at_ms: eb.ref('excluded.due_at_ms') })),
      ),
)

function purgeEdges(deletion: typeof deleteReferences | typeof deleteLinks): PurgeTable {
  return async (connection, { repositoryId, limit, blobsDueAtMs: dueAtMs }) => {
    const rows = await connection.all(deletion, { repositoryId, limit })
    // Each once, as one statement may not write a row twice; in byte order, as everybody locks.
    const digests = [...new Set(rows.map(({ digest }) => digest))].sort()
    if (digests.length > 0) {
      await connection.run(addCandidates, { repositoryId, digests: JSON.stringify(digests), dueAtMs })
    }
    return rows.length
  }
}

async function purgePlans(connection: SqlConnection, { repositoryId, limit }: Purge): Promise<number> {
  let purged = 0
  while (purged < limit) {
    const plan = await connection.first(firstPlan, { repositoryId })
    if (plan === undefined) break
    purged += await forgetPlan(connection, plan.id, limit - purged)
  }
  return purged
}

/** Their rows stay although the repository goes. */
const keep: PurgeTable = async () => 0

/**
 * Everything that is a repository's, in the order in which it goes: what it may see goes after what its manifests refer
 * to, so that a blob becomes a candidate once, when nothing here holds it any more. A table without a row here does not
 * compile.
 */
const TABLES: Record<TableOfRepository, PurgeTable> = {
  tags: purgeTags,
  manifests: purgeManifests,
  manifest_children: purgeRows('manifest_children', ['repository_id', 'parent', 'child']),
  manifest_blobs: purgeEdges(deleteReferences),
  repository_blobs: purgeEdges(deleteLinks),
  candidates: purgeRows('candidates', ['repository_id', 'kind', 'digest']),
  resource_tags: purgeRows('resource_tags', ['repository_id', 'key']),
  image_locks: purgeRows('image_locks', ['repository_id', 'kind', 'name']),
  plans: purgePlans,
  repository_settings: purgeRows('repository_settings', ['repository_id', 'name']),
  repository_usage: purgeRows('repository_usage', ['repository_id', 'shard']),
  // Only they still say which staged bytes are to be removed; they expire.
  uploads: keep,
  // What happened stays true. They are forgotten when their time is over.
  events: keep,
  // Nor is what is told of it less true when it is gone.
  deliveries: keep,
  delivery_lines: keep,
}

/**
 * Takes what comes next. Nobody can lock or find a deleted repository, so between two calls nothing is added to it, and
 * wherever the last one stopped the next goes on.
 */
export async function purgeRepository(connection: SqlConnection, purge: Purge): Promise<RepositoryPurge> {
  const { repositoryId, limit } = purge
  const row = await connection.first(lockDeleted, { repositoryId })
  if (row === undefined) return { state: 'kept', manifests: 0 }
  if (row.is_purging === 0) await connection.run(beginPurge, { repositoryId })
  let left = limit
  let manifests = 0
  for (const [table, purgeTable] of Object.entries(TABLES)) {
    const purged = await purgeTable(connection, { ...purge, limit: left })
    if (table === 'manifests') manifests = purged
    left -= purged
    if (left <= 0) return { state: 'begun', manifests }
  }
  await connection.run(deleteRow, { repositoryId })
  await deleteShares(connection, { registryId: row.registryId, repositoryId })
  return { state: 'purged', manifests }
}
