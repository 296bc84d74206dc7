import { sql } from 'kysely'
import type { Digest } from '../../../core/digest.ts'
import type { Tag } from '../../../core/tag.ts'
import type { TagChange, TagChanges, TagReads } from '../../../ports/metadata/tags.ts'
import type { SqlConnection } from './connection.ts'
import { type Parts, statement } from './statement.ts'

type Key = { repositoryId: number; tag: Tag }
type ManifestKey = { repositoryId: number; digest: Digest }

const findTag = statement(({ db, p }: Parts<Key>) =>
  db
    .selectFrom('tags')
    .select(['tag', 'digest', 'from_ms as fromMs', 'set_at_ms as setAtMs'])
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
      'tags.set_at_ms as setAtMs',
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

const closeTag = statement(({ db, p }: Parts<Key & ReturnType<typeof fromChange>>) =>
  db
    .updateTable('tags')
    .set({ until_ms: p.atMs, until_by: p.by, until_cause: p.cause, until_plan: p.planId })
    .where('repository_id', '=', p.repositoryId)
    .where('tag', '=', p.tag)
    .where('until_ms', 'is', null)
    .returning('digest'),
)

const openTag = statement(
  ({ db, p }: Parts<Key & { digest: Digest; setAtMs: number } & ReturnType<typeof fromChange>>) =>
    db.insertInto('tags').values({
      repository_id: p.repositoryId,
      tag: p.tag,
      digest: p.digest,
      from_ms: p.atMs,
      until_ms: null,
      set_at_ms: p.setAtMs,
      from_by: p.by,
      from_cause: p.cause,
      from_plan: p.planId,
    }),
)

/** Counts up and down, never anew: two transactions that tag the same manifest then cannot miss each other's tag. */
const countTags = {
  up: statement(({ db, p }: Parts<ManifestKey>) =>
    db
      .updateTable('manifests')
      .set({ tag_count: sql<number>`tag_count + 1`, untagged_at_ms: null })
      .where('repository_id', '=', p.repositoryId)
      .where('digest', '=', p.digest)
      .where('deleted_at_ms', 'is', null)
      .returning('tag_count as tags'),
  ),
  down: statement(({ db, p }: Parts<ManifestKey & { atMs: number }>) =>
    db
      .updateTable('manifests')
      .set({
        tag_count: sql<number>`tag_count - 1`,
        untagged_at_ms: sql<number | null>`case when tag_count = 1 then cast(${p.atMs} as bigint) end`,
      })
      .where('repository_id', '=', p.repositoryId)
      .where('digest', '=', p.digest)
      .where('deleted_at_ms', 'is', null),
  ),
}

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
    async putTag(repositoryId, tag, digest, change) {
      const current = await connection.first(findTag, { repositoryId, tag })
      if (current?.digest === digest) return undefined
      if (current !== undefined) await close(connection, { repositoryId, tag }, change)
      const setAtMs = change.setAtMs ?? change.atMs
      await connection.run(openTag, { repositoryId, tag, digest, setAtMs, ...fromChange(change) })
      const counted = await connection.first(countTags.up, { repositoryId, digest })
      if (counted === undefined) throw new Error(`putTag: repository ${repositoryId} does not hold ${digest}`)
      return counted.tags
    },
    deleteTag: (repositoryId, tag, change) => close(connection, { repositoryId, tag }, change),
  }
}

async function close(connection: SqlConnection, key: Key, change: TagChange): Promise<boolean> {
  const closed = await connection.first(closeTag, { ...key, ...fromChange(change) })
  if (closed === undefined) return false
  const { repositoryId } = key
  await connection.run(countTags.down, { repositoryId, digest: closed.digest, atMs: change.atMs })
  return true
}

/** The columns that say who changed a tag, when and what for. */
export function fromChange({ atMs, by, cause, planId }: TagChange) {
  return { atMs, by: by ?? null, cause: cause ?? null, planId: planId ?? null }
}
