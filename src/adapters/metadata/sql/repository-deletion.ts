import { sql } from 'kysely'
import type { Digest } from '../../../core/digest.ts'
import type { RepositoryName } from '../../../core/repository-name.ts'
import type { RepositoryDeletionChanges, RepositoryDeletionReads } from '../../../ports/metadata/repository-deletion.ts'
import { dropCandidate } from './candidates.ts'
import type { SqlConnection } from './connection.ts'
import { deleteRepository } from './delete-repository.ts'
import { purgeRepository } from './purge-repository.ts'
import { STORED_REPOSITORY_COLUMNS, toStoredRepository } from './repository-row.ts'
import { type Parts, statement } from './statement.ts'

type Page = { repositoryId: number; after: Digest; limit: number }

const findStoredRepository = statement(({ db, p }: Parts<{ repositoryId: number }>) =>
  db.selectFrom('repositories').select(STORED_REPOSITORY_COLUMNS).where('id', '=', p.repositoryId),
)

const weighManifests = statement(({ db, p }: Parts<Page>) =>
  db
    .selectFrom(
      db
        .selectFrom('manifests')
        .select(['digest', 'size_bytes'])
        .where('repository_id', '=', p.repositoryId)
        .where('digest', '>', p.after)
        .orderBy('digest')
        .limit(p.limit)
        .as('page'),
    )
    .select([
      sql<number>`count(*)`.as('count'),
      sql<number>`cast(coalesce(sum(size_bytes), 0) as bigint)`.as('sizeBytes'),
      sql<Digest | null>`max(digest)`.as('last'),
    ]),
)

const weighBlobs = statement(({ db, p }: Parts<Page>) =>
  db
    .selectFrom(
      db
        .selectFrom('repository_blobs as mine')
        .leftJoin('blobs', 'blobs.digest', 'mine.digest')
        .select(['mine.digest', 'blobs.size_bytes'])
        .select((eb) =>
          eb
            .selectFrom('repository_blobs as others')
            .select('others.repository_id')
            .whereRef('others.digest', '=', 'mine.digest')
            .where('others.repository_id', '<>', p.repositoryId)
            .limit(1)
            .as('other'),
        )
        .where('mine.repository_id', '=', p.repositoryId)
        .where('mine.digest', '>', p.after)
        .orderBy('mine.digest')
        .limit(p.limit)
        .as('page'),
    )
    .select([
      sql<number>`count(case when other is null then 1 end)`.as('count'),
      sql<number>`cast(coalesce(sum(case when other is null then size_bytes end), 0) as bigint)`.as('sizeBytes'),
      sql<Digest | null>`max(digest)`.as('last'),
    ]),
)

const lockDeleted = statement(({ db, p, dialect }: Parts<{ repositoryId: number }>) =>
  db
    .selectFrom('repositories')
    .select(['registry_id', 'name'])
    .where('id', '=', p.repositoryId)
    .where('deleted_at_ms', 'is not', null)
    .where('is_purging', '=', 0)
    .modifyEnd(dialect.lock('update')),
)

const findLive = statement(({ db, p }: Parts<{ registryId: number; name: RepositoryName }>) =>
  db
    .selectFrom('repositories')
    .select('id')
    .where('registry_id', '=', p.registryId)
    .where('name', '=', p.name)
    .where('deleted_at_ms', 'is', null),
)

/** The unique index over live names refuses what came between the look and this. */
const showRow = statement(({ db, p }: Parts<{ repositoryId: number }>) =>
  db.updateTable('repositories').set({ deleted_at_ms: null }).where('id', '=', p.repositoryId),
)

export function repositoryDeletionReads(connection: SqlConnection): RepositoryDeletionReads {
  return {
    async findStoredRepository(repositoryId) {
      const row = await connection.first(findStoredRepository, { repositoryId })
      return row && toStoredRepository(row)
    },
    weighManifests: weigh(connection, weighManifests),
    weighBlobs: weigh(connection, weighBlobs),
  }
}

export function repositoryDeletionWrites(connection: SqlConnection): RepositoryDeletionChanges {
  return {
    deleteRepository: (repositoryId, nowMs, purgeDueAtMs) =>
      deleteRepository(connection, { repositoryId, nowMs, purgeDueAtMs }),
    async restoreRepository(repositoryId) {
      const row = await connection.first(lockDeleted, { repositoryId })
      if (row === undefined) return 'gone'
      const { registry_id: registryId, name } = row
      if ((await connection.first(findLive, { registryId, name })) !== undefined) return 'taken'
      await connection.run(showRow, { repositoryId })
      await dropCandidate(connection, { kind: 'repository', repositoryId, digest: '' as Digest })
      return 'restored'
    },
    purgeRepository: (repositoryId, page) => purgeRepository(connection, { repositoryId, ...page }),
  }
}

/** In pages: a large repository is not to stop others while it is counted. */
function weigh(connection: SqlConnection, query: typeof weighManifests): RepositoryDeletionReads['weighManifests'] {
  return async (repositoryId, { after, limit }) => {
    // Every digest is greater than the empty text.
    const row = await connection.first(query, { repositoryId, after: after ?? ('' as Digest), limit })
    if (row === undefined) throw new Error('counting gave no row')
    return { ...row, last: row.last ?? undefined }
  }
}
