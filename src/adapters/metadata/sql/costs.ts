import { type RawBuilder, sql } from 'kysely'
import type { Digest } from '../../../core/digest.ts'
import type { BlobLocation } from '../../../ports/blob-store.ts'
import type { BlobHolding, CostReads, HoldingKey } from '../../../ports/metadata/costs.ts'
import type { SqlConnection } from './connection.ts'
import { type Parts, statement } from './statement.ts'

type HoldingPage = { digest: Digest; repositoryId: number; limit: number }

/**
 * How many references to a blob each row of a page looks at: the first one is mostly live. Where thousands of deleted
 * images share a layer, `listBlobReferences` goes on.
 */
const REFERENCES_TRIED = 32

/** What the table holds for "no repository": ids begin at 1. */
const NO_REPOSITORY = 0
/** Every digest is greater than it. */
const NO_DIGEST = '' as Digest

const SIZE_AND_LEASE = ['blobs.size_bytes as sizeBytes', 'blobs.lease_until_ms as leaseUntilMs'] as const

/** A cross join, as SQLite then walks from the references to the manifests and never the other way. */
const holdOf = (repository: string) => sql<BlobHolding['hold']>`(select case
    when max(case when manifests.deleted_at_ms is null then 1 else 0 end) = 1 then 'live'
    when count(*) = 0 then 'unused'
    when count(*) < ${sql.lit(REFERENCES_TRIED)} then 'deleted'
    else 'undecided' end
  from (select manifest_blobs.manifest from manifest_blobs
    where manifest_blobs.blob = blobs.digest and manifest_blobs.repository_id = ${sql.ref(repository)}
    limit ${sql.lit(REFERENCES_TRIED)}) as refs
  cross join manifests
  where manifests.repository_id = ${sql.ref(repository)} and manifests.digest = refs.manifest)`

/** Two looks into an index, where "other than" would walk through all references of the repository's own. */
const referenceBy = (order: RawBuilder<unknown>) => sql`exists (select 1 from manifest_blobs
  where manifest_blobs.blob = mine.digest and manifest_blobs.repository_id ${order} mine.repository_id)`

const listPlaces = statement(({ db, p }: Parts<{ repositoryId: number; limit: number }>) =>
  db
    .selectFrom('repositories')
    .select(['id', 'registry_id', 'name', 'deleted_at_ms'])
    .where('id', '>', p.repositoryId)
    .orderBy('id')
    .limit(p.limit),
)

/**
 * `>=` is what an index is walked from; the rest leaves out what the page before had of its last blob. It is said of both
 * tables, as PostgreSQL, where it merges them, else begins with the second one's first row (300,000 blobs: 110 ms a page).
 */
export const listBlobHoldings = statement(({ db, p }: Parts<HoldingPage>) =>
  db
    .selectFrom('blobs')
    .leftJoin('repository_blobs as held', (join) =>
      join.onRef('held.digest', '=', 'blobs.digest').on('held.digest', '>=', p.digest),
    )
    .select(['blobs.digest', ...SIZE_AND_LEASE, 'held.repository_id as repositoryId'])
    .select([
      sql<BlobHolding['hold']>`case when held.repository_id is null then 'unused'
        else ${holdOf('held.repository_id')} end`.as('hold'),
      sql<number>`case when held.repository_id is null
        and exists (select 1 from manifest_blobs where manifest_blobs.blob = blobs.digest)
        then 1 else 0 end`.as('isReferredElsewhere'),
    ])
    .where('blobs.digest', '>=', p.digest)
    .where(sql<boolean>`(blobs.digest > ${p.digest} or coalesce(held.repository_id, 0) > ${p.repositoryId})`)
    .orderBy('blobs.digest')
    .orderBy('held.repository_id')
    .limit(p.limit),
)

export const listHoldingsOfRepository = statement(({ db, p }: Parts<HoldingPage & { mine: number }>) =>
  db
    .selectFrom('repository_blobs as mine')
    .innerJoin('blobs', 'blobs.digest', 'mine.digest')
    .innerJoin('repository_blobs as held', (join) =>
      join.onRef('held.digest', '=', 'mine.digest').on('held.digest', '>=', p.digest),
    )
    .select(['mine.digest', ...SIZE_AND_LEASE, 'held.repository_id as repositoryId'])
    .select([
      sql<BlobHolding['hold']>`case when held.repository_id = mine.repository_id
        then ${holdOf('mine.repository_id')} else 'unused' end`.as('hold'),
      sql<number>`case when held.repository_id = mine.repository_id
        and (${referenceBy(sql`<`)} or ${referenceBy(sql`>`)}) then 1 else 0 end`.as('isReferredElsewhere'),
    ])
    .where('mine.repository_id', '=', p.mine)
    .where('mine.digest', '>=', p.digest)
    .where(sql<boolean>`(mine.digest > ${p.digest} or held.repository_id > ${p.repositoryId})`)
    .orderBy('mine.digest')
    .orderBy('held.repository_id')
    .limit(p.limit),
)

export const listBlobReferences = statement(
  ({ db, p }: Parts<{ repositoryId: number; blob: Digest; after: Digest; limit: number }>) =>
    db
      .selectFrom('manifest_blobs')
      .select('manifest_blobs.manifest')
      .select(
        sql<number>`case when exists (select 1 from manifests
          where manifests.repository_id = manifest_blobs.repository_id and manifests.digest = manifest_blobs.manifest
          and manifests.deleted_at_ms is null) then 1 else 0 end`.as('isLive'),
      )
      .where('manifest_blobs.blob', '=', p.blob)
      .where('manifest_blobs.repository_id', '=', p.repositoryId)
      .where('manifest_blobs.manifest', '>', p.after)
      .orderBy('manifest_blobs.manifest')
      .limit(p.limit),
)

export const countManifests = statement(({ db, p }: Parts<HoldingPage>) =>
  db
    .selectFrom(
      db
        .selectFrom('manifests')
        .select(['repository_id', 'digest', 'deleted_at_ms'])
        .where(sql<boolean>`(repository_id, digest) > (${p.repositoryId}, ${p.digest})`)
        .orderBy('repository_id')
        .orderBy('digest')
        .limit(p.limit)
        .as('page'),
    )
    .select([
      'repository_id as repositoryId',
      sql<number>`count(case when deleted_at_ms is null then 1 end)`.as('live'),
      sql<number>`count(deleted_at_ms)`.as('deleted'),
      sql<Digest>`max(digest)`.as('last'),
    ])
    .groupBy('repository_id')
    .orderBy('repository_id'),
)

export const weighRemovals = statement(({ db, p }: Parts<{ after: BlobLocation; limit: number }>) =>
  db
    .selectFrom(
      db
        .selectFrom('removals')
        .select(['location', 'size_bytes'])
        .where('location', '>', p.after)
        .orderBy('location')
        .limit(p.limit)
        .as('page'),
    )
    .select([
      sql<number>`count(*)`.as('count'),
      sql<number>`cast(coalesce(sum(size_bytes), 0) as bigint)`.as('sizeBytes'),
      sql<BlobLocation | null>`max(location)`.as('last'),
    ]),
)

export function costReads(connection: SqlConnection): CostReads {
  return {
    async listRepositoryPlaces(repositoryId, limit) {
      const rows = await connection.all(listPlaces, { repositoryId, limit })
      return rows.map((row) => ({
        id: row.id,
        registryId: row.registry_id,
        name: row.name,
        isDeleted: row.deleted_at_ms !== null,
      }))
    },
    async listBlobHoldings(after, limit) {
      const rows = await connection.all(listBlobHoldings, { ...startOf(after), limit })
      return rows.map(toHolding)
    },
    async listHoldingsOfRepository(mine, after, limit) {
      return (await connection.all(listHoldingsOfRepository, { mine, ...startOf(after), limit })).map(toHolding)
    },
    async listBlobReferences(repositoryId, blob, { after = NO_DIGEST, limit }) {
      const rows = await connection.all(listBlobReferences, { repositoryId, blob, after, limit })
      return rows.map(({ manifest, isLive }) => ({ manifest, isLive: isLive !== 0 }))
    },
    countManifests: ({ repositoryId, digest = NO_DIGEST }, limit) =>
      connection.all(countManifests, { repositoryId, digest, limit }),
    async weighRemovals(after, limit) {
      // Every location is greater than the empty text.
      const row = await connection.first(weighRemovals, { after: after ?? ('' as BlobLocation), limit })
      if (row === undefined) throw new Error('counting gave no row')
      return { ...row, last: row.last ?? undefined }
    },
  }
}

type HoldingRow = Omit<BlobHolding, 'repositoryId' | 'isReferredElsewhere'> & {
  readonly repositoryId: number | null
  readonly isReferredElsewhere: number
}

function toHolding(row: HoldingRow): BlobHolding {
  return {
    ...row,
    repositoryId: row.repositoryId ?? undefined,
    isReferredElsewhere: row.isReferredElsewhere !== 0,
  }
}

function startOf(after: HoldingKey | undefined): Omit<HoldingPage, 'limit'> {
  const { digest, repositoryId } = after ?? { digest: NO_DIGEST, repositoryId: NO_REPOSITORY }
  return { digest, repositoryId }
}
