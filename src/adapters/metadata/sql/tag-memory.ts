import { type Selectable, sql } from 'kysely'
import type { Digest } from '../../../core/digest.ts'
import type { Tag } from '../../../core/tag.ts'
import type { TagMemoryReads, TagPeriod } from '../../../ports/metadata/tags.ts'
import type { SqlConnection } from './connection.ts'
import type { Schema } from './schema.ts'
import { type Parts, statement } from './statement.ts'

type TagPage = { repositoryId: number; after: Tag; limit: number }
type Instant = TagPage & { atMs: number }
type Span = TagPage & { afterMs: number; untilMs: number }

/** What every instant is before, as a live tag has no end. */
const NO_END = Number.MAX_SAFE_INTEGER

/*
 * What is live and what is closed have an index each and none together, so every list is a page of each. One statement
 * reads both, so that a tag that moves meanwhile is neither missed nor listed twice.
 */

function closedPeriods({ db, p }: Parts<{ repositoryId: number; tag: Tag; after: number; limit: number }>) {
  const end = sql`coalesce((select until_ms from tags as last where last.id = ${p.after}), ${sql.lit(NO_END)})`
  return db
    .selectFrom('tags')
    .selectAll()
    .where('repository_id', '=', p.repositoryId)
    .where('tag', '=', p.tag)
    .where('until_ms', 'is not', null)
    .where(sql<boolean>`until_ms <= ${end}`)
    .where(sql<boolean>`(${p.after} = 0 or until_ms < ${end} or id < ${p.after})`)
    .orderBy('until_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(p.limit)
}

/** Without an end first, then by when they ended, as the index has them. */
export const listPeriods = statement(
  (parts: Parts<{ repositoryId: number; tag: Tag; after: number; limit: number }>) => {
    const { db, p } = parts
    const both = db
      .selectFrom('tags')
      .selectAll()
      .where('repository_id', '=', p.repositoryId)
      .where('tag', '=', p.tag)
      .where('until_ms', 'is', null)
      .where(sql<boolean>`${p.after} = 0`)
      .unionAll(db.selectFrom(closedPeriods(parts).as('closed')).selectAll())
    return db
      .selectFrom(both.as('both'))
      .selectAll()
      .orderBy(sql`coalesce(until_ms, ${sql.lit(NO_END)})`, 'desc')
      .orderBy('id', 'desc')
      .limit(p.limit)
  },
)

/** Of what is closed, the first that ended later: periods do not overlap, so others need not be looked at. */
export const findAt = statement((parts: Parts<{ repositoryId: number; tag: Tag; atMs: number }>) => {
  const { db, p } = parts
  const begun = db
    .selectFrom('tags')
    .selectAll()
    .where('repository_id', '=', p.repositoryId)
    .where('tag', '=', p.tag)
    .where('from_ms', '<=', p.atMs)
  const closed = begun
    .where('until_ms', 'is not', null)
    .where('until_ms', '>', p.atMs)
    .orderBy('until_ms')
    .orderBy('id')
    .limit(1)
  return begun
    .where('until_ms', 'is', null)
    .unionAll(db.selectFrom(closed.as('closed')).selectAll())
    .limit(1)
})

function begunBy({ db, p }: Parts<Instant>) {
  return db
    .selectFrom('tags')
    .selectAll()
    .where('repository_id', '=', p.repositoryId)
    .where('tag', '>', p.after)
    .where('from_ms', '<=', p.atMs)
    .orderBy('tag')
    .limit(p.limit)
}

export const listAt = statement((parts: Parts<Instant>) => {
  const { db, p } = parts
  const live = begunBy(parts).where('until_ms', 'is', null)
  const closed = begunBy(parts).where('until_ms', 'is not', null).where('until_ms', '>', p.atMs)
  return db
    .selectFrom(live.as('live'))
    .selectAll()
    .unionAll(db.selectFrom(closed.as('closed')).selectAll())
    .orderBy('tag')
    .limit(p.limit)
})

function tagsAfter({ db, p }: Parts<Span>) {
  return db
    .selectFrom('tags')
    .select('tag')
    .distinct()
    .where('repository_id', '=', p.repositoryId)
    .where('tag', '>', p.after)
    .orderBy('tag')
    .limit(p.limit)
}

export const listChanged = statement((parts: Parts<Span>) => {
  const { db, p } = parts
  const live = tagsAfter(parts).where('until_ms', 'is', null).where(began(p))
  const closed = tagsAfter(parts)
    .where('until_ms', 'is not', null)
    .where((eb) => eb.or([began(p), eb.and([eb('until_ms', '>', p.afterMs), eb('until_ms', '<=', p.untilMs)])]))
  return db
    .selectFrom(live.as('live'))
    .select('tag')
    .union(db.selectFrom(closed.as('closed')).select('tag'))
    .orderBy('tag')
    .limit(p.limit)
})

function began({ afterMs, untilMs }: Span) {
  return sql<boolean>`(from_ms > ${afterMs} and from_ms <= ${untilMs})`
}

const listEndedBy = statement(({ db, p }: Parts<{ planId: string; digest: Digest }>) =>
  db.selectFrom('tags').selectAll().where('until_plan', '=', p.planId).where('digest', '=', p.digest).orderBy('tag'),
)

export function tagMemoryReads(connection: SqlConnection): TagMemoryReads {
  return {
    async listTagPeriods(repositoryId, tag, { after, limit }) {
      // Ids begin at 1.
      const rows = await connection.all(listPeriods, { repositoryId, tag, after: after ?? 0, limit })
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
