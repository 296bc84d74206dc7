import { sql } from 'kysely'
import type { UsageReads } from '../../../ports/metadata/collection.ts'
import type { MetadataLocks } from '../../../ports/metadata/locks.ts'
import type { MetadataTransaction } from '../../../ports/metadata-store.ts'
import type { SqlConnection } from '../sql/connection.ts'
import { REPOSITORY_COLUMNS, toRepository } from '../sql/repository-row.ts'
import { type Parts, statement } from '../sql/statement.ts'
import { lockArrival, SETTINGS_LOCK } from './postgres-dialect.ts'

type LockMode = Parameters<MetadataTransaction['lockRepository']>[1]

const lockRepository = {
  shared: statement((parts: Parts<{ id: number }>) => repositoryById(parts).forShare('repositories')),
  exclusive: statement((parts: Parts<{ id: number }>) => repositoryById(parts).forUpdate('repositories')),
}

/**
 * The settings are held first, in the same round trip: rows are locked after all that the query reads. What is read of
 * the row is what it says when it is locked, and settings are read by statements of their own.
 */
function repositoryById({ db, p }: Parts<{ id: number }>) {
  return db
    .with('settings', (query) =>
      query.selectNoFrom(sql`pg_advisory_xact_lock_shared(${SETTINGS_LOCK}) is null`.as('held')),
    )
    .selectFrom(['repositories', 'settings'])
    .select(REPOSITORY_COLUMNS)
    .where('id', '=', p.id)
    .where('deleted_at_ms', 'is', null)
}

/** Kept until the transaction ends; two tags that hash alike only wait for each other. */
const lockKey = statement(({ db, p }: Parts<{ key: string }>) =>
  db.selectNoFrom(sql`pg_advisory_xact_lock(hashtextextended(${p.key}, 0))`.as('locked')),
)

const lockBlobs = {
  shared: statement((parts: Parts<{ digests: string }>) => blobsInOrder(parts).forShare()),
  exclusive: statement((parts: Parts<{ digests: string }>) => blobsInOrder(parts).forUpdate()),
}

/** Rows are locked in the order in which they come, so two lists that overlap never wait for each other in a ring. */
function blobsInOrder({ db, p, dialect }: Parts<{ digests: string }>) {
  return db
    .selectFrom('blobs')
    .select('digest')
    .where(sql<boolean>`digest in ${dialect.textList(p.digests)}`)
    .orderBy('digest')
}

const lockArrivals = statement(({ db, p, dialect }: Parts<{ repositoryId: number; digests: string }>) =>
  db
    .selectFrom((eb) =>
      eb
        .selectFrom(dialect.textList<string>(p.digests).as('given'))
        .select('given.value')
        .orderBy('given.value')
        // Else the order would be lost: what is selected may be computed before it is sorted.
        .offset(sql.lit(0))
        .as('ordered'),
    )
    .select(sql<boolean>`${lockArrival(sql`${p.repositoryId}`, sql.ref('ordered.value'))} is null`.as('held')),
)

const countBlobs = statement(({ db }: Parts<Record<never, never>>) =>
  db
    .selectFrom('blobs')
    .select([
      sql<number>`count(*)`.as('blobs'),
      sql<number>`coalesce(sum(size_bytes), 0)::bigint`.as('blobBytes'),
      sql<number>`(select count(*) from manifests)`.as('manifests'),
    ]),
)

const USAGE_AGE_MS = 120_000

/** Counting reads whole tables, so one count serves everybody for two minutes. */
export function postgresReads(connection: SqlConnection): UsageReads {
  let counted: { atMs: number; usage: ReturnType<UsageReads['usage']> } | undefined
  return {
    async usage() {
      if (counted === undefined || performance.now() - counted.atMs > USAGE_AGE_MS) {
        counted = { atMs: performance.now(), usage: countUsage(connection) }
        // A count that failed serves only those who waited for it.
        counted.usage.catch(() => {
          counted = undefined
        })
      }
      return await counted.usage
    },
  }
}

async function countUsage(connection: SqlConnection): ReturnType<UsageReads['usage']> {
  const usage = await connection.first(countBlobs, {})
  if (usage === undefined) throw new Error('counting gave no row')
  return usage
}

/** READ COMMITTED lets others write between two statements: these locks are what holds them off. */
export function postgresLocks(connection: SqlConnection): MetadataLocks {
  return {
    async lockRepository(repositoryId, mode: LockMode) {
      const row = await connection.first(lockRepository[mode], { id: repositoryId })
      return row && toRepository(row)
    },
    async lockTag(repositoryId, tag) {
      await connection.all(lockKey, { key: `tag ${repositoryId} ${tag}` })
    },
    async lockArrivals(repositoryId, digests) {
      if (digests.length > 0) await connection.all(lockArrivals, { repositoryId, digests: JSON.stringify(digests) })
    },
    async lockBlobs(digests, mode) {
      if (digests.length > 0) await connection.all(lockBlobs[mode], { digests: JSON.stringify(digests) })
    },
  }
}
