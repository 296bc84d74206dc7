import { sql } from 'kysely'
import type { Digest } from '../../../core/digest.ts'
import type { Tag } from '../../../core/tag.ts'
import type { TagChanges, TagReads } from '../../../ports/metadata/tags.ts'
import type { SqlConnection } from './connection.ts'
import { type Parts, statement } from './statement.ts'

type Key = { repositoryId: number; tag: Tag }
type ManifestKey = { repositoryId: number; digest: Digest }

const findTag = statement(({ db, p }: Parts<Key>) =>
  db
    .selectFrom('tags')
    .select(['tag', 'digest', 'from_ms as fromMs'])
    .where('repository_id', '=', p.repositoryId)
    .where('tag', '=', p.tag)
    .where('until_ms', 'is', null),
)

const tagsOf = statement(({ db, p }: Parts<ManifestKey>) =>
  db
    .selectFrom('tags')
    .select('tag')
    .where('repository_id', '=', p.repositoryId)
    .where('digest', '=', p.digest)
    .where('until_ms', 'is', null)
    .orderBy('tag'),
)

export const listTags = statement(({ db, p }: Parts<{ repositoryId: number; after: Tag; limit: number }>) =>
  db
    .selectFrom('tags')
    .select('tag')
    .where('repository_id', '=', p.repositoryId)
    .where('until_ms', 'is', null)
    .where('tag', '>', p.after)
    .orderBy('tag')
    .limit(p.limit),
)

export const listTagStates = statement(({ db, p }: Parts<{ repositoryId: number; after: Tag; limit: number }>) =>
  db
    .selectFrom('tags')
    .select((eb) => [
      'tags.tag',
      'tags.digest',
      'tags.from_ms as fromMs',
      eb
        .selectFrom('tags as past')
        .select('past.id')
        .whereRef('past.repository_id', '=', 'tags.repository_id')
        .whereRef('past.tag', '=', 'tags.tag')
        .where('past.until_ms', 'is not', null)
        .whereRef('past.digest', '!=', 'tags.digest')
        .limit(sql.lit(1))
        .as('moved'),
    ])
    .where('tags.repository_id', '=', p.repositoryId)
    .where('tags.until_ms', 'is', null)
    .where('tags.tag', '>', p.after)
    .orderBy('tags.tag')
    .limit(p.limit),
)

const closeTag = statement(({ db, p }: Parts<Key & { nowMs: number }>) =>
  db
    .updateTable('tags')
    .set({ until_ms: p.nowMs })
    .where('repository_id', '=', p.repositoryId)
    .where('tag', '=', p.tag)
    .where('until_ms', 'is', null)
    .returning('digest'),
)

const openTag = statement(({ db, p }: Parts<Key & { digest: Digest; nowMs: number }>) =>
  db
    .insertInto('tags')
    .values({ repository_id: p.repositoryId, tag: p.tag, digest: p.digest, from_ms: p.nowMs, until_ms: null }),
)

/** Counts up and down, never anew: two transactions that tag the same manifest then cannot miss each other's tag. */
const countTags = statement(({ db, p }: Parts<ManifestKey & { change: number }>) =>
  db
    .updateTable('manifests')
    .set({ tag_count: sql<number>`tag_count + ${p.change}` })
    .where('repository_id', '=', p.repositoryId)
    .where('digest', '=', p.digest)
    .where('deleted_at_ms', 'is', null)
    .returning('tag_count as tags'),
)

export function tagReads(connection: SqlConnection): TagReads {
  return {
    findTag: (repositoryId, tag) => connection.first(findTag, { repositoryId, tag }),
    async tagsOf(repositoryId, digest) {
      const rows = await connection.all(tagsOf, { repositoryId, digest })
      return rows.map(({ tag }) => tag)
    },
    async listTags(repositoryId, { after, limit }) {
      // A page may start after any text, such as `last` of a request that names no tag.
      const rows = await connection.all(listTags, { repositoryId, after: (after ?? '') as Tag, limit })
      return rows.map(({ tag }) => tag)
    },
    async listTagStates(repositoryId, { after, limit }) {
      // As `listTags`.
      const rows = await connection.all(listTagStates, { repositoryId, after: (after ?? '') as Tag, limit })
      return rows.map(({ moved, ...entry }) => ({ ...entry, hasMoved: moved !== null }))
    },
  }
}

export function tagWrites(connection: SqlConnection): TagChanges {
  return {
    async putTag(repositoryId, tag, digest, nowMs) {
      const current = await connection.first(findTag, { repositoryId, tag })
      if (current?.digest === digest) return undefined
      if (current !== undefined) await close(connection, repositoryId, tag, nowMs)
      await connection.run(openTag, { repositoryId, tag, digest, nowMs })
      const counted = await connection.first(countTags, { repositoryId, digest, change: 1 })
      if (counted === undefined) throw new Error(`putTag: repository ${repositoryId} does not hold ${digest}`)
      return counted.tags
    },
    deleteTag: (repositoryId, tag, nowMs) => close(connection, repositoryId, tag, nowMs),
  }
}

async function close(connection: SqlConnection, repositoryId: number, tag: Tag, nowMs: number): Promise<boolean> {
  const closed = await connection.first(closeTag, { repositoryId, tag, nowMs })
  if (closed === undefined) return false
  await connection.first(countTags, { repositoryId, digest: closed.digest, change: -1 })
  return true
}
