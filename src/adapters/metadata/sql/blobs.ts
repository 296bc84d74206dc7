import { sql } from 'kysely'
import type { Digest } from '../../../core/digest.ts'
import type { BlobLocation } from '../../../ports/blob-store.ts'
import type { BlobReads, BlobRecord } from '../../../ports/metadata/blobs.ts'
import type { SqlConnection } from './connection.ts'
import { REPOSITORY_COLUMNS, STORED_REPOSITORY_COLUMNS, toRepository, toStoredRepository } from './repository-row.ts'
import { type Parts, statement } from './statement.ts'

type Key = { repositoryId: number; digest: Digest }

export const BLOB_COLUMNS = [
  'blobs.digest',
  'blobs.size_bytes',
  'blobs.location',
  'blobs.state',
  'blobs.lease_until_ms',
  'blobs.verified_at_ms',
] as const

export interface BlobRow {
  readonly digest: Digest
  readonly size_bytes: number
  readonly location: BlobLocation
  readonly state: BlobRecord['state']
  readonly lease_until_ms: number
  readonly verified_at_ms: number | null
}

/** A subquery where a join would do, for the reason given at `readManifestByTag`. */
const findRepositoryBlob = statement(({ db, p }: Parts<Key>) =>
  db
    .selectFrom('blobs')
    .select(BLOB_COLUMNS)
    .where('blobs.digest', '=', p.digest)
    .where(
      (eb) =>
        eb
          .selectFrom('repository_blobs')
          .select('repository_blobs.digest')
          .where('repository_blobs.repository_id', '=', p.repositoryId)
          .where('repository_blobs.digest', '=', p.digest),
      'is not',
      null,
    ),
)

const existingRepositoryBlobs = statement(({ db, p, dialect }: Parts<{ repositoryId: number; digests: string }>) =>
  db
    .selectFrom('repository_blobs')
    .innerJoin('blobs', 'blobs.digest', 'repository_blobs.digest')
    .select(BLOB_COLUMNS)
    .where('repository_blobs.repository_id', '=', p.repositoryId)
    .where(sql<boolean>`repository_blobs.digest in ${dialect.textList(p.digests)}`),
)

const referenceTo = statement(({ db, p }: Parts<Key>) =>
  db
    .selectFrom('manifest_blobs')
    .innerJoin('manifests', (join) =>
      join
        .onRef('manifests.repository_id', '=', 'manifest_blobs.repository_id')
        .onRef('manifests.digest', '=', 'manifest_blobs.manifest')
        .on('manifests.deleted_at_ms', 'is', null),
    )
    .select('manifests.digest')
    .where('manifest_blobs.blob', '=', p.digest)
    .where('manifest_blobs.repository_id', '=', p.repositoryId)
    .limit(1),
)

const repositoriesWithBlob = statement(({ db, p }: Parts<{ registryId: number; digest: Digest; limit: number }>) =>
  db
    .selectFrom('repository_blobs')
    .innerJoin('repositories', 'repositories.id', 'repository_blobs.repository_id')
    .select(REPOSITORY_COLUMNS)
    .where('repository_blobs.digest', '=', p.digest)
    .where('repositories.registry_id', '=', p.registryId)
    .where('repositories.deleted_at_ms', 'is', null)
    .orderBy('repository_blobs.repository_id')
    .limit(p.limit),
)

const holdersOfBlob = statement(({ db, p }: Parts<{ digest: Digest; limit: number }>) =>
  db
    .selectFrom('repository_blobs')
    .innerJoin('repositories', 'repositories.id', 'repository_blobs.repository_id')
    .select(STORED_REPOSITORY_COLUMNS)
    .where('repository_blobs.digest', '=', p.digest)
    .orderBy('repository_blobs.repository_id')
    .limit(p.limit),
)

const findBlob = statement(({ db, p }: Parts<{ digest: Digest }>) =>
  db.selectFrom('blobs').select(BLOB_COLUMNS).where('digest', '=', p.digest),
)

export const listBlobsToVerify = statement(({ db, p }: Parts<{ limit: number }>) =>
  db
    .selectFrom('blobs')
    .select(BLOB_COLUMNS)
    .where('state', '=', sql.lit('live'))
    .orderBy('verified_at_ms', (order) => order.asc().nullsFirst())
    .orderBy('digest')
    .limit(p.limit),
)

export function blobReads(connection: SqlConnection): BlobReads {
  return {
    async findRepositoryBlob(repositoryId, digest) {
      const row = await connection.first(findRepositoryBlob, { repositoryId, digest })
      return row && toBlob(row)
    },
    async existingRepositoryBlobs(repositoryId, digests) {
      if (digests.length === 0) return new Map()
      const rows = await connection.all(existingRepositoryBlobs, { repositoryId, digests: JSON.stringify(digests) })
      return new Map(rows.map((row) => [row.digest, toBlob(row)]))
    },
    async isBlobReferenced(repositoryId, digest) {
      return (await connection.first(referenceTo, { repositoryId, digest })) !== undefined
    },
    async repositoriesWithBlob(registryId, digest, limit) {
      const rows = await connection.all(repositoriesWithBlob, { registryId, digest, limit })
      return rows.map(toRepository)
    },
    async holdersOfBlob(digest, limit) {
      return (await connection.all(holdersOfBlob, { digest, limit })).map(toStoredRepository)
    },
    findBlob: (digest) => findBlobRecord(connection, digest),
    async listBlobsToVerify(limit) {
      const rows = await connection.all(listBlobsToVerify, { limit })
      return rows.map(toBlob)
    },
  }
}

async function findBlobRecord(connection: SqlConnection, digest: Digest): Promise<BlobRecord | undefined> {
  const row = await connection.first(findBlob, { digest })
  return row && toBlob(row)
}

export function toBlob(row: BlobRow): BlobRecord {
  return {
    digest: row.digest,
    sizeBytes: row.size_bytes,
    location: row.location,
    state: row.state,
    leaseUntilMs: row.lease_until_ms,
    verifiedAtMs: row.verified_at_ms ?? undefined,
  }
}
