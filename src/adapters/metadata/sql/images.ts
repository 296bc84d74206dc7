import { sql } from 'kysely'
import type { Digest } from '../../../core/digest.ts'
import type { Tag } from '../../../core/tag.ts'
import type { ImageIdRow, TagStatus } from '../../../ports/metadata/images.ts'
import type { Page } from '../../../ports/metadata/page.ts'
import type { MetadataReader } from '../../../ports/metadata-store.ts'
import type { SqlConnection } from './connection.ts'
import { MANIFEST_COLUMNS, toManifest } from './manifest-row.ts'
import { type Parts, statement } from './statement.ts'

type Reads = Pick<MetadataReader, 'listImageIds' | 'listManifests'>
type IdPage = { repositoryId: number; afterDigest: Digest; afterTag: Tag; limit: number }

/** Written with the row comparison that both engines walk an index by. */
function taggedIds({ db, p }: Parts<IdPage>) {
  return db
    .selectFrom('tags')
    .select(['digest', 'tag'])
    .where('repository_id', '=', p.repositoryId)
    .where('until_ms', 'is', null)
    .where(sql<boolean>`(digest, tag) > (${p.afterDigest}, ${p.afterTag})`)
    .orderBy('digest')
    .orderBy('tag')
    .limit(p.limit)
}

/** With an empty text where there is no tag, so that rows compare the same on both engines. */
function untaggedIds({ db, p }: Parts<IdPage>) {
  return db
    .selectFrom('manifests')
    .select(['digest', sql<Tag>`''`.as('tag')])
    .where('repository_id', '=', p.repositoryId)
    .where('deleted_at_ms', 'is', null)
    .where('tag_count', '=', sql.lit(0))
    .where('digest', '>', p.afterDigest)
    .orderBy('digest')
    .limit(p.limit)
}

/** In one statement, so that an image that is tagged meanwhile is neither missed nor listed twice. */
function allIds(parts: Parts<IdPage>) {
  const { db, p } = parts
  return db
    .selectFrom(taggedIds(parts).as('tagged'))
    .selectAll()
    .unionAll(db.selectFrom(untaggedIds(parts).as('untagged')).selectAll())
    .orderBy('digest')
    .orderBy('tag')
    .limit(p.limit)
}

export const listImageIds = {
  TAGGED: statement(taggedIds),
  UNTAGGED: statement(untaggedIds),
  ANY: statement(allIds),
}

type ManifestPage = { repositoryId: number; after: Digest; limit: number }

function manifestPage({ db, p }: Parts<ManifestPage>) {
  return db
    .selectFrom('manifests')
    .where('repository_id', '=', p.repositoryId)
    .where('deleted_at_ms', 'is', null)
    .where('digest', '>', p.after)
    .orderBy('digest')
    .limit(p.limit)
}

/** The two conditions are those of the partial indexes, and their constants must be in the text to match them. */
const tagged = (parts: Parts<ManifestPage>) => manifestPage(parts).where('tag_count', '>', sql.lit(0))
const untagged = (parts: Parts<ManifestPage>) => manifestPage(parts).where('tag_count', '=', sql.lit(0))

/** A page of each status, merged: the two are read whole, as finding each row of the merged page again costs more. */
function allManifests(parts: Parts<ManifestPage>) {
  const { db, p, dialect } = parts
  const columns = ['manifests.repository_id', ...MANIFEST_COLUMNS] as const
  const page = db
    .selectFrom(tagged(parts).select(columns).as('tagged'))
    .selectAll()
    .unionAll(db.selectFrom(untagged(parts).select(columns).as('untagged')).selectAll())
    .orderBy('digest')
    .limit(p.limit)
  return db
    .selectFrom(page.as('page'))
    .selectAll()
    .select(dialect.tagsOfManifest('page').as('tags'))
    .orderBy('page.digest')
}

export const listManifests = {
  TAGGED: statement((parts: Parts<ManifestPage>) =>
    tagged(parts).select(MANIFEST_COLUMNS).select(parts.dialect.tagsOfManifest('manifests').as('tags')),
  ),
  UNTAGGED: statement((parts: Parts<ManifestPage>) =>
    untagged(parts).select(MANIFEST_COLUMNS).select(parts.dialect.tagsOfManifest('manifests').as('tags')),
  ),
  ANY: statement(allManifests),
}

export function imageReads(connection: SqlConnection): Reads {
  return {
    listImageIds: (repositoryId, status, page) => imageIds(connection, repositoryId, status, page),
    async listManifests(repositoryId, status, { after, limit }) {
      // Every digest is greater than the empty text.
      const from = after ?? ('' as Digest)
      const rows = await connection.all(listManifests[status], { repositoryId, after: from, limit })
      // The database made the text from the tags that it holds.
      return rows.map((row) => ({ ...toManifest(row), tags: JSON.parse(row.tags) as Tag[] }))
    },
  }
}

async function imageIds(
  connection: SqlConnection,
  repositoryId: number,
  status: TagStatus,
  { after, limit }: Page<ImageIdRow>,
): Promise<ImageIdRow[]> {
  // Every digest and every tag is greater than the empty text.
  const afterDigest = after?.digest ?? ('' as Digest)
  const afterTag = after?.tag ?? ('' as Tag)
  const rows = await connection.all(listImageIds[status], { repositoryId, afterDigest, afterTag, limit })
  return rows.map(({ digest, tag }) => ({ digest, tag: tag === '' ? undefined : tag }))
}
