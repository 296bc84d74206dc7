import { sql } from 'kysely'
import type { Digest } from '../../../core/digest.ts'
import type { StorageClass } from '../../../core/lifecycle/lifecycle-image.ts'
import type { Tag } from '../../../core/tag.ts'
import type { ImageIdRow } from '../../../ports/metadata/images.ts'
import type { Page } from '../../../ports/metadata/page.ts'
import type { MetadataReader } from '../../../ports/metadata-store.ts'
import type { SqlConnection } from './connection.ts'
import { MANIFEST_COLUMNS, toManifest } from './manifest-row.ts'
import { type Parts, statement } from './statement.ts'

type Reads = Pick<MetadataReader, 'listImageIds' | 'listManifests'>
type Storage = StorageClass | 'any'
type IdPage = { repositoryId: number; afterDigest: Digest; afterTag: Tag; limit: number }

/** The constant must be in the text, to match the partial index. */
const isArchived = (manifests: string) => sql<boolean>`${sql.ref(`${manifests}.storage_class`)} = 'archive'`
const isStandard = (manifests: string) => sql<boolean>`${sql.ref(`${manifests}.storage_class`)} = 'standard'`

/** What the archive holds is few in most repositories, and has an index, so that most tags are asked for nothing more. */
function archivedTag({ db }: Parts<IdPage>) {
  return db
    .selectFrom('manifests as archived')
    .select('archived.digest')
    .where(sql<boolean>`archived.repository_id = tags.repository_id`)
    .where(sql<boolean>`archived.digest = tags.digest`)
    .where('archived.deleted_at_ms', 'is', null)
    .where(isArchived('archived'))
}

/** Written with the row comparison that both engines walk an index by. */
function taggedIds(parts: Parts<IdPage>, storage: Storage) {
  const { db, p } = parts
  const query = db
    .selectFrom('tags')
    .select(['digest', 'tag'])
    .where('repository_id', '=', p.repositoryId)
    .where('until_ms', 'is', null)
    .where(sql<boolean>`(digest, tag) > (${p.afterDigest}, ${p.afterTag})`)
  if (storage === 'any') return query
  return query.where(({ exists, not }) =>
    storage === 'archive' ? exists(archivedTag(parts)) : not(exists(archivedTag(parts))),
  )
}

/** With an empty text where there is no tag, so that rows compare the same on both engines. */
function untaggedIds({ db, p }: Parts<IdPage>, storage: Storage) {
  const query = db
    .selectFrom('manifests')
    .select(['digest', sql<Tag>`''`.as('tag')])
    .where('repository_id', '=', p.repositoryId)
    .where('deleted_at_ms', 'is', null)
    .where('tag_count', '=', sql.lit(0))
    .where('digest', '>', p.afterDigest)
  if (storage === 'any') return query
  return query.where(storage === 'archive' ? isArchived('manifests') : isStandard('manifests'))
}

const taggedIdPage = (storage: Storage) => (parts: Parts<IdPage>) =>
  taggedIds(parts, storage).orderBy('digest').orderBy('tag').limit(parts.p.limit)
const untaggedIdPage = (storage: Storage) => (parts: Parts<IdPage>) =>
  untaggedIds(parts, storage).orderBy('digest').limit(parts.p.limit)

/** In one statement, so that an image that is tagged meanwhile is neither missed nor listed twice. */
const allIds = (storage: Storage) => (parts: Parts<IdPage>) => {
  const { db, p } = parts
  return db
    .selectFrom(taggedIdPage(storage)(parts).as('tagged'))
    .selectAll()
    .unionAll(db.selectFrom(untaggedIdPage(storage)(parts).as('untagged')).selectAll())
    .orderBy('digest')
    .orderBy('tag')
    .limit(p.limit)
}

function idLists(storage: Storage) {
  return {
    TAGGED: statement(taggedIdPage(storage)),
    UNTAGGED: statement(untaggedIdPage(storage)),
    ANY: statement(allIds(storage)),
  }
}

type ManifestPage = { repositoryId: number; after: Digest; limit: number }

function liveManifests({ db, p }: Parts<ManifestPage>, storage: Storage) {
  const query = db
    .selectFrom('manifests')
    .select(MANIFEST_COLUMNS)
    .where('repository_id', '=', p.repositoryId)
    .where('deleted_at_ms', 'is', null)
    .where('digest', '>', p.after)
  if (storage === 'any') return query
  return query.where(storage === 'archive' ? isArchived('manifests') : isStandard('manifests'))
}

/** The two conditions are those of the partial indexes, and their constants must be in the text to match them. */
const tagged = (parts: Parts<ManifestPage>, storage: Storage) =>
  liveManifests(parts, storage)
    .where('tag_count', '>', sql.lit(0))
    .select(parts.dialect.tagsOfManifest('manifests').as('tags'))

const untagged = (parts: Parts<ManifestPage>, storage: Storage) =>
  liveManifests(parts, storage).where('tag_count', '=', sql.lit(0)).select(sql<string>`'[]'`.as('tags'))

const taggedPage = (storage: Storage) => (parts: Parts<ManifestPage>) =>
  tagged(parts, storage).orderBy('digest').limit(parts.p.limit)
const untaggedPage = (storage: Storage) => (parts: Parts<ManifestPage>) =>
  untagged(parts, storage).orderBy('digest').limit(parts.p.limit)

/** As `allIds`; its rows are wide, so what the engine does with the two sides shows. */
const allManifests = (storage: Storage) => (parts: Parts<ManifestPage>) => {
  const { db, p, dialect } = parts
  if (dialect.mergesUnions) {
    return tagged(parts, storage).unionAll(untagged(parts, storage)).orderBy('digest').limit(p.limit)
  }
  return db
    .selectFrom(taggedPage(storage)(parts).as('tagged'))
    .selectAll()
    .unionAll(db.selectFrom(untaggedPage(storage)(parts).as('untagged')).selectAll())
    .orderBy('digest')
    .limit(p.limit)
}

function manifestLists(storage: Storage) {
  return {
    TAGGED: statement(taggedPage(storage)),
    UNTAGGED: statement(untaggedPage(storage)),
    ANY: statement(allManifests(storage)),
  }
}

export const listImageIds = { any: idLists('any'), standard: idLists('standard'), archive: idLists('archive') }
export const listManifests = {
  any: manifestLists('any'),
  standard: manifestLists('standard'),
  archive: manifestLists('archive'),
}

export function imageReads(connection: SqlConnection): Reads {
  return {
    listImageIds: (repositoryId, status, page, storage) =>
      imageIds(connection, repositoryId, listImageIds[storage ?? 'any'][status], page),
    async listManifests(repositoryId, status, { after, limit }, storage) {
      // Every digest is greater than the empty text.
      const from = after ?? ('' as Digest)
      const rows = await connection.all(listManifests[storage ?? 'any'][status], { repositoryId, after: from, limit })
      // The database made the text from the tags that it holds.
      return rows.map((row) => ({ ...toManifest(row), tags: JSON.parse(row.tags) as Tag[] }))
    },
  }
}

async function imageIds(
  connection: SqlConnection,
  repositoryId: number,
  list: (typeof listImageIds.any)['ANY'],
  { after, limit }: Page<ImageIdRow>,
): Promise<ImageIdRow[]> {
  // Every digest and every tag is greater than the empty text.
  const afterDigest = after?.digest ?? ('' as Digest)
  const afterTag = after?.tag ?? ('' as Tag)
  const rows = await connection.all(list, { repositoryId, afterDigest, afterTag, limit })
  return rows.map(({ digest, tag }) => ({ digest, tag: tag === '' ? undefined : tag }))
}
