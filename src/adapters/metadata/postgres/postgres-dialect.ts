import { type RawBuilder, sql } from 'kysely'
import type { ColumnTypes } from '../sql/migration.ts'
import type { SqlDialect } from '../sql/statement.ts'

/** Text collates by its bytes, as in SQLite, whatever the database's locale. */
export const POSTGRES_TYPES: ColumnTypes = {
  id: 'bigint generated always as identity primary key',
  rowId: 'bigint generated always as identity primary key',
  integer: 'bigint',
  text: 'text collate "C"',
  bytes: 'bytea',
  keyed: '',
  nullsFirst: ' nulls first',
}

/** Any number that nothing else in the database locks: "setting" in ASCII. */
export const SETTINGS_LOCK = sql.raw('32481173165403751')

/** Two that hash alike only wait for each other. */
export function lockArrival(repositoryId: RawBuilder<unknown>, digest: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`pg_advisory_xact_lock(hashtextextended(concat('blob ', ${repositoryId}::bigint, ' ', ${digest}::text), 0))`
}

const LOCKS = {
  update: sql`for update`,
  'update of what is free': sql`for update skip locked`,
  'key share': sql`for key share`,
}

/** JSON goes in as text: a parameter of type jsonb would be encoded once more. */
export const postgresDialect: SqlDialect = {
  name: 'postgres',
  textList: (list) => sql`(select value from jsonb_array_elements_text((${list}::text)::jsonb))`,
  rows(list, columns: Readonly<Record<string, 'integer' | 'text'>>) {
    const types = { integer: sql`bigint`, text: sql`text` }
    const fields = Object.entries(columns).map(([column, type]) => sql`${sql.ref(column)} ${types[type]}`)
    return sql`(select * from jsonb_to_recordset((${list}::text)::jsonb) as given (${sql.join(fields)}))`
  },
  tagsOfManifest: (manifests) => sql`(select coalesce(json_agg(tags.tag order by tags.tag), '[]')::text from tags
    where tags.repository_id = ${sql.ref(`${manifests}.repository_id`)}
    and tags.digest = ${sql.ref(`${manifests}.digest`)} and tags.until_ms is null)`,
  tagTimesOfManifest: (manifests) => sql`(select
    coalesce(json_agg(json_build_array(tags.tag, tags.set_at_ms)), '[]')::text from tags
    where tags.repository_id = ${sql.ref(`${manifests}.repository_id`)}
    and tags.digest = ${sql.ref(`${manifests}.digest`)} and tags.until_ms is null)`,
  childrenOfManifest: (manifests) => sql`(select coalesce(json_agg(manifest_children.child), '[]')::text
    from manifest_children where manifest_children.repository_id = ${sql.ref(`${manifests}.repository_id`)}
    and manifest_children.parent = ${sql.ref(`${manifests}.digest`)})`,
  mergesUnions: false,
  lock: (mode) => LOCKS[mode],
  arrivalLock: (repositoryId, digest) =>
    sql`(select 0 from (select ${lockArrival(sql`${repositoryId}`, sql`${digest}`)}) as held)`,
  // Compared, as the driver need not know the type of nothing.
  settingsLock: () => sql`pg_advisory_xact_lock(${SETTINGS_LOCK}) is null`,
}
