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
}

const taggedIdPage = (parts: Parts<IdPage>) => taggedIds(parts).orderBy('digest').orderBy('tag').limit(parts.p.limit)
const untaggedIdPage = (parts: Parts<IdPage>) => untaggedIds(parts).orderBy('digest').limit(parts.p.limit)

/** In one statement, so that an image that is tagged meanwhile is neither missed nor listed twice. */
function allIds(parts: Parts<IdPage>) {
  const { db, p } = parts
  return db
    .selectFrom(taggedIdPage(parts).as('tagged'))
    .selectAll()
    .unionAll(db.selectFrom(untaggedIdPage(parts).as('untagged')).selectAll())
    .orderBy('digest')
    .orderBy('tag')
    .limit(p.limit)
}

export const listImageIds = {
  TAGGED: statement(taggedIdPage),
  UNTAGGED: statement(untaggedIdPage),
  ANY: statement(allIds),
}

type ManifestPage = { repositoryId: number; after: Digest; limit: number }

function liveManifests({ db, p }: Parts<ManifestPage>) {
  return db
    .selectFrom('manifests')
    .select(MANIFEST_COLUMNS)
    .where('repository_id', '=', p.repositoryId)
    .where('deleted_at_ms', 'is', null)
    .where('digest', '>', p.after)
}

/** The two conditions are those of the partial indexes, and their constants must be in the text to match them. */
const tagged = (parts: Parts<ManifestPage>) =>
  liveManifests(parts).where('tag_count', '>', sql.lit(0)).select(parts.dialect.tagsOfManifest('manifests').as('tags'))

const untagged = (parts: Parts<ManifestPage>) =>
  liveManifests(parts).where('tag_count', '=', sql.lit(0)).select(sql<string>`'[]'`.as('tags'))

const taggedPage = (parts: Parts<ManifestPage>) => tagged(parts).orderBy('digest').limit(parts.p.limit)
const untaggedPage = (parts: Parts<ManifestPage>) => untagged(parts).orderBy('digest').limit(parts.p.limit)

/** As `allIds`; its rows are wide, so what the engine does with the two sides shows. */
function allManifests(parts: Parts<ManifestPage>) {
  const { db, p, dialect } = parts
  if (dialect.mergesUnions) return tagged(parts).unionAll(untagged(parts)).orderBy('digest').limit(p.limit)
  return db
    .selectFrom(taggedPage(parts).as('tagged'))
    .selectAll()
    .unionAll(db.selectFrom(untaggedPage(parts).as('untagged')).selectAll())
    .orderBy('digest')
    .limit(p.limit)
}

export const listManifests = {
  TAGGED: statement(taggedPage),
  UNTAGGED: statement(untaggedPage),
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
