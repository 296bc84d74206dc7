import { sql } from 'kysely'
import type { Digest } from '../../../core/digest.ts'
import type { StorageClass } from '../../../core/lifecycle/lifecycle-image.ts'
import type { Tag } from '../../../core/tag.ts'
import type { Annotations, ManifestReads, Referrer, StoredManifest } from '../../../ports/metadata/manifests.ts'
import type { SqlConnection } from './connection.ts'
import { MANIFEST_COLUMNS, type ManifestRow, toManifest } from './manifest-row.ts'
import { type Parts, statement } from './statement.ts'

type Key = { repositoryId: number; digest: Digest }

/**
 * The three reads of every pull have subqueries where joins would do: each table that a join adds costs Bun's SQLite
 * 7 us, a subquery under 1 us (measured with Bun 1.4.5), and PostgreSQL plans both alike.
 */
const readManifestByTag = statement(({ db, p }: Parts<{ repositoryId: number; tag: Tag }>) =>
  db
    .selectFrom('tags')
    .select((eb) => [
      'tags.digest',
      eb
        .selectFrom('manifests')
        .select('manifests.media_type')
        .whereRef('manifests.repository_id', '=', 'tags.repository_id')
        .whereRef('manifests.digest', '=', 'tags.digest')
        .where('manifests.deleted_at_ms', 'is', null)
        .as('mediaType'),
      eb
        .selectFrom('manifests')
        .select('manifests.storage_class')
        .whereRef('manifests.repository_id', '=', 'tags.repository_id')
        .whereRef('manifests.digest', '=', 'tags.digest')
        .as('storageClass'),
      eb
        .selectFrom('manifest_contents')
        .select('manifest_contents.bytes')
        .whereRef('manifest_contents.digest', '=', 'tags.digest')
        .as('content'),
    ])
    .where('tags.repository_id', '=', p.repositoryId)
    .where('tags.tag', '=', p.tag)
    .where('tags.until_ms', 'is', null),
)

const readManifest = statement(({ db, p }: Parts<Key>) =>
  db
    .selectFrom('manifests')
    .select((eb) => [
      'manifests.digest',
      'manifests.media_type as mediaType',
      'manifests.storage_class as storageClass',
      eb
        .selectFrom('manifest_contents')
        .select('manifest_contents.bytes')
        .whereRef('manifest_contents.digest', '=', 'manifests.digest')
        .as('content'),
    ])
    .where('manifests.repository_id', '=', p.repositoryId)
    .where('manifests.digest', '=', p.digest)
    .where('manifests.deleted_at_ms', 'is', null),
)

const readContents = statement(({ db, p, dialect }: Parts<{ repositoryId: number; digests: string }>) =>
  db
    .selectFrom('manifests')
    .innerJoin('manifest_contents', 'manifest_contents.digest', 'manifests.digest')
    .select(['manifests.digest', 'manifest_contents.bytes'])
    .where('manifests.repository_id', '=', p.repositoryId)
    .where(sql<boolean>`manifests.digest in ${dialect.textList(p.digests)}`)
    .where('manifests.deleted_at_ms', 'is', null),
)

const readStoredContents = statement(
  ({ db, p, dialect }: Parts<{ repositoryId: number; digests: string; mostBytes: number }>) =>
    db
      .selectFrom(
        db
          .selectFrom('manifests')
          .select(['digest', sql<number>`sum(size_bytes) over (order by size_bytes, digest)`.as('bytes_up_to')])
          .where('repository_id', '=', p.repositoryId)
          .where(sql<boolean>`digest in ${dialect.textList(p.digests)}`)
          .as('asked'),
      )
      .innerJoin('manifest_contents', 'manifest_contents.digest', 'asked.digest')
      .select(['asked.digest', 'manifest_contents.bytes'])
      .where('asked.bytes_up_to', '<=', p.mostBytes),
)

const findManifest = statement(({ db, p }: Parts<Key>) =>
  db
    .selectFrom('manifests')
    .select(MANIFEST_COLUMNS)
    .where('repository_id', '=', p.repositoryId)
    .where('digest', '=', p.digest)
    .where('deleted_at_ms', 'is', null),
)

const existingManifests = statement(({ db, p, dialect }: Parts<{ repositoryId: number; digests: string }>) =>
  db
    .selectFrom('manifests')
    .select(MANIFEST_COLUMNS)
    .where('repository_id', '=', p.repositoryId)
    .where(sql<boolean>`digest in ${dialect.textList(p.digests)}`)
    .where('deleted_at_ms', 'is', null),
)

type ReferrerPage = {
  repositoryId: number
  subject: Digest
  storage: StorageClass | 'any'
  after: Digest
  limit: number
}

/** Both engines know the length of a text without reading it. */
function referrerPage({ db, p }: Parts<ReferrerPage>) {
  return db
    .selectFrom('manifests')
    .select(MANIFEST_COLUMNS)
    .select(sql<number | null>`octet_length(manifests.annotations)`.as('annotations_bytes'))
    .where('repository_id', '=', p.repositoryId)
    .where('subject', '=', p.subject)
    .where('deleted_at_ms', 'is', null)
    .where(sql<boolean>`(${p.storage} = 'any' or storage_class = ${p.storage})`)
    .where('digest', '>', p.after)
    .orderBy('digest')
    .limit(p.limit)
}

export const listReferrers = {
  ofAnyType: statement(referrerPage),
  /** The index has the type, so that those of other types are passed over without being read. */
  ofTypes: statement((parts: Parts<ReferrerPage & { artifactTypes: string }>) =>
    referrerPage(parts).where(sql<boolean>`artifact_type in ${parts.dialect.textList(parts.p.artifactTypes)}`),
  ),
}

const readAnnotations = statement(({ db, p, dialect }: Parts<{ repositoryId: number; digests: string }>) =>
  db
    .selectFrom('manifests')
    .select(['manifests.digest', 'manifests.annotations'])
    .where('repository_id', '=', p.repositoryId)
    .where(sql<boolean>`digest in ${dialect.textList(p.digests)}`),
)

const childrenOf = statement(({ db, p }: Parts<{ repositoryId: number; parent: Digest }>) =>
  db
    .selectFrom('manifest_children')
    .select('child')
    .where('repository_id', '=', p.repositoryId)
    .where('parent', '=', p.parent)
    .orderBy('child'),
)

const parentsOf = statement(({ db, p }: Parts<{ repositoryId: number; child: Digest; limit: number }>) =>
  db
    .selectFrom('manifest_children')
    .innerJoin('manifests', (join) =>
      join
        .onRef('manifests.repository_id', '=', 'manifest_children.repository_id')
        .onRef('manifests.digest', '=', 'manifest_children.parent')
        .on('manifests.deleted_at_ms', 'is', null),
    )
    .select('manifests.digest')
    .where('manifest_children.repository_id', '=', p.repositoryId)
    .where('manifest_children.child', '=', p.child)
    .orderBy('manifest_children.parent')
    .limit(p.limit),
)

/** Asked of two partial indexes, so that deleted manifests cost nothing. */
const hasManifests = statement(({ db, p }: Parts<{ repositoryId: number }>) => {
  const live = db
    .selectFrom('manifests')
    .select('digest')
    .where('repository_id', '=', p.repositoryId)
    .where('deleted_at_ms', 'is', null)
  return live
    .where('tag_count', '>', sql.lit(0))
    .unionAll(live.where('tag_count', '=', sql.lit(0)))
    .limit(1)
})

export function manifestReads(connection: SqlConnection): ManifestReads {
  return {
    async readManifestByTag(repositoryId, tag) {
      return toStored(await connection.first(readManifestByTag, { repositoryId, tag }))
    },
    async readManifest(repositoryId, digest) {
      return toStored(await connection.first(readManifest, { repositoryId, digest }))
    },
    async readContents(repositoryId, digests) {
      if (digests.length === 0) return new Map()
      const rows = await connection.all(readContents, { repositoryId, digests: JSON.stringify(digests) })
      return new Map(rows.map(({ digest, bytes }) => [digest, bytes]))
    },
    async readStoredContents(repositoryId, digests, mostBytes) {
      if (digests.length === 0) return new Map()
      const asked = { repositoryId, digests: JSON.stringify(digests), mostBytes }
      const rows = await connection.all(readStoredContents, asked)
      return new Map(rows.map(({ digest, bytes }) => [digest, bytes]))
    },
    async findManifest(repositoryId, digest) {
      const row = await connection.first(findManifest, { repositoryId, digest })
      return row && toManifest(row)
    },
    async existingManifests(repositoryId, digests) {
      if (digests.length === 0) return new Map()
      const rows = await connection.all(existingManifests, { repositoryId, digests: JSON.stringify(digests) })
      return new Map(rows.map((row) => [row.digest, toManifest(row)]))
    },
    async listReferrers(repositoryId, { subject, artifactTypes, storageClass }, { after, limit }) {
      // Every digest is greater than the empty text.
      const storage: ReferrerPage['storage'] = storageClass ?? 'any'
      const page = { repositoryId, subject, storage, after: after ?? ('' as Digest), limit }
      const rows =
        artifactTypes.length === 0
          ? await connection.all(listReferrers.ofAnyType, page)
          : await connection.all(listReferrers.ofTypes, { ...page, artifactTypes: JSON.stringify(artifactTypes) })
      return rows.map(toReferrer)
    },
    async readAnnotations(repositoryId, digests) {
      if (digests.length === 0) return new Map()
      const rows = await connection.all(readAnnotations, { repositoryId, digests: JSON.stringify(digests) })
      return new Map(rows.flatMap((row) => (row.annotations === null ? [] : [[row.digest, parse(row.annotations)]])))
    },
    async parentsOf(repositoryId, child, limit) {
      const rows = await connection.all(parentsOf, { repositoryId, child, limit })
      return rows.map(({ digest }) => digest)
    },
    async childrenOf(repositoryId, parent) {
      const rows = await connection.all(childrenOf, { repositoryId, parent })
      return rows.map(({ child }) => child)
    },
    async hasManifests(repositoryId) {
      return (await connection.first(hasManifests, { repositoryId })) !== undefined
    },
  }
}

function toReferrer(row: ManifestRow & { readonly annotations_bytes: number | null }): Referrer {
  return { ...toManifest(row), annotationsBytes: row.annotations_bytes ?? 0 }
}

/** What `fromManifest` wrote. */
function parse(annotations: string): Annotations {
  return JSON.parse(annotations)
}

/** @throws {Error} when the tables contradict each other: a live tag has a live manifest, and that has content */
function toStored(
  row:
    | { digest: Digest; mediaType: string | null; storageClass: StorageClass | null; content: Uint8Array | null }
    | undefined,
): StoredManifest | undefined {
  if (row === undefined) return undefined
  const { digest, mediaType, storageClass, content } = row
  if (mediaType === null || storageClass === null || content === null)
    throw new Error(`the manifest ${digest} is incomplete`)
  return { digest, mediaType, storageClass, content }
}
