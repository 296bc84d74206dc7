import { sql } from 'kysely'
import type { Digest } from '../../../core/digest.ts'
import type { MetadataReader } from '../../../ports/metadata-store.ts'
import type { SqlConnection } from './connection.ts'
import { type Parts, statement } from './statement.ts'

type Reads = Pick<MetadataReader, 'weighManifests' | 'weighBlobs'>
type Page = { repositoryId: number; after: Digest; limit: number }

export const weighManifests = statement(({ db, p }: Parts<Page>) =>
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

export const weighBlobs = statement(({ db, p }: Parts<Page>) =>
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

/** For the brake, before the repository is purged. In pages: a large one is not to stop others while it is counted. */
export function repositoryWeights(connection: SqlConnection): Reads {
  const weigh =
    (query: typeof weighManifests): Reads['weighManifests'] =>
    async (repositoryId, { after, limit }) => {
      // Every digest is greater than the empty text.
      const row = await connection.first(query, { repositoryId, after: after ?? ('' as Digest), limit })
      if (row === undefined) throw new Error('counting gave no row')
      return { ...row, last: row.last ?? undefined }
    }
  return { weighManifests: weigh(weighManifests), weighBlobs: weigh(weighBlobs) }
}
