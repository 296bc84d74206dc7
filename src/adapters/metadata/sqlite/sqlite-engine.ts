import type { UsageReads } from '../../../ports/metadata/collection.ts'
import type { MetadataLocks } from '../../../ports/metadata/locks.ts'
import type { SqlConnection } from '../sql/connection.ts'
import { REPOSITORY_COLUMNS, toRepository } from '../sql/repository-row.ts'
import { type Parts, statement } from '../sql/statement.ts'

const repositoryById = statement(({ db, p }: Parts<{ id: number }>) =>
  db.selectFrom('repositories').select(REPOSITORY_COLUMNS).where('id', '=', p.id).where('deleted_at_ms', 'is', null),
)

const readUsage = statement(({ db }: Parts<Record<never, never>>) =>
  db.selectFrom('usage_counters').select(['blobs', 'blob_bytes as blobBytes', 'manifests']),
)

export function sqliteReads(connection: SqlConnection): UsageReads {
  return {
    async usage() {
      const counters = await connection.first(readUsage, {})
      if (counters === undefined) throw new Error('the row of usage counters is gone')
      return counters
    },
  }
}

/** One transaction runs at a time, so a lock is had by running; only the repository's row is of use to the caller. */
export function sqliteLocks(connection: SqlConnection): MetadataLocks {
  return {
    async lockRepository(repositoryId) {
      const row = await connection.first(repositoryById, { id: repositoryId })
      return row && toRepository(row)
    },
    lockTag: async () => {},
    lockBlobs: async () => {},
    lockArrivals: async () => {},
  }
}
