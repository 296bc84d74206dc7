import type { Selectable } from 'kysely'
import type { Digest } from '../../../core/digest.ts'
import type { Tag } from '../../../core/tag.ts'
import type { TagMemoryReads, TagPeriod } from '../../../ports/metadata/tags.ts'
import type { SqlConnection } from './connection.ts'
import type { Schema } from './schema.ts'
import { type Parts, statement } from './statement.ts'

type TagPage = { repositoryId: number; after: Tag; limit: number }

const listPeriods = statement(({ db, p }: Parts<{ repositoryId: number; tag: Tag; before: number; limit: number }>) =>
  db
    .selectFrom('tags')
    .selectAll()
    .where('repository_id', '=', p.repositoryId)
    .where('tag', '=', p.tag)
    .where('id', '<', p.before)
    .orderBy('id', 'desc')
    .limit(p.limit),
)

/** The last that began by then: of several in one millisecond only the last has an instant of its own. */
const findAt = statement(({ db, p }: Parts<{ repositoryId: number; tag: Tag; atMs: number }>) =>
  db
    .selectFrom('tags')
    .selectAll()
    .where('repository_id', '=', p.repositoryId)
    .where('tag', '=', p.tag)
    .where('from_ms', '<=', p.atMs)
    .where((eb) => eb.or([eb('until_ms', 'is', null), eb('until_ms', '>', p.atMs)]))
    .limit(1),
)

const listAt = statement(({ db, p }: Parts<TagPage & { atMs: number }>) =>
  db
    .selectFrom('tags')
    .selectAll()
    .where('repository_id', '=', p.repositoryId)
    .where('tag', '>', p.after)
    .where('from_ms', '<=', p.atMs)
    .where((eb) => eb.or([eb('until_ms', 'is', null), eb('until_ms', '>', p.atMs)]))
    .orderBy('tag')
    .limit(p.limit),
)

const listChanged = statement(({ db, p }: Parts<TagPage & { afterMs: number; untilMs: number }>) =>
  db
    .selectFrom('tags')
    .select('tag')
    .distinct()
    .where('repository_id', '=', p.repositoryId)
    .where('tag', '>', p.after)
    .where((eb) =>
      eb.or([
        eb.and([eb('from_ms', '>', p.afterMs), eb('from_ms', '<=', p.untilMs)]),
        eb.and([eb('until_ms', '>', p.afterMs), eb('until_ms', '<=', p.untilMs)]),
      ]),
    )
    .orderBy('tag')
    .limit(p.limit),
)

const listEndedBy = statement(({ db, p }: Parts<{ planId: string; digest: Digest }>) =>
  db.selectFrom('tags').selectAll().where('until_plan', '=', p.planId).where('digest', '=', p.digest).orderBy('tag'),
)

export function tagMemoryReads(connection: SqlConnection): TagMemoryReads {
  return {
    async listTagPeriods(repositoryId, tag, { after, limit }) {
      const before = after ?? Number.MAX_SAFE_INTEGER
      const rows = await connection.all(listPeriods, { repositoryId, tag, before, limit })
      return rows.map((row) => ({ ...toPeriod(row), id: row.id }))
    },
    async findTagAt(repositoryId, tag, atMs) {
      const row = await connection.first(findAt, { repositoryId, tag, atMs })
      return row && toPeriod(row)
    },
    async listTagsAt(repositoryId, atMs, { after, limit }) {
      const rows = await connection.all(listAt, { repositoryId, atMs, after: tagAfter(after), limit })
      return rows.map(toPeriod)
    },
    async listChangedTags(repositoryId, span, { after, limit }) {
      const rows = await connection.all(listChanged, { repositoryId, ...span, after: tagAfter(after), limit })
      return rows.map(({ tag }) => tag)
    },
    async listTagsEndedBy(planId, digest) {
      return (await connection.all(listEndedBy, { planId, digest })).map(toPeriod)
    },
  }
}

/** A page may start after any text. */
function tagAfter(after: string | undefined): Tag {
  return (after ?? '') as Tag
}

function toPeriod(row: Selectable<Schema['tags']>): TagPeriod {
  return {
    tag: row.tag,
    digest: row.digest,
    fromMs: row.from_ms,
    setAtMs: row.set_at_ms,
    untilMs: row.until_ms ?? undefined,
    from: change(row.from_by, row.from_cause, row.from_plan),
    until: change(row.until_by, row.until_cause, row.until_plan),
  }
}

function change(by: string | null, cause: TagPeriod['from']['cause'] | null, planId: string | null): TagPeriod['from'] {
  return { by: by ?? undefined, cause: cause ?? undefined, planId: planId ?? undefined }
}
