import { sql } from 'kysely'
import type { ColumnTypes } from '../sql/migration.ts'
import type { SqlDialect } from '../sql/statement.ts'

/** SQLite compares text by its bytes unless told otherwise. */
export const SQLITE_TYPES: ColumnTypes = {
  id: 'integer primary key autoincrement',
  rowId: 'integer primary key',
  integer: 'integer',
  text: 'text',
  bytes: 'blob',
  keyed: ' without rowid',
  nullsFirst: '',
}

export const sqliteDialect: SqlDialect = {
  name: 'sqlite',
  textList: (list) => sql`(select value from json_each(${list}))`,
  rows(list, columns) {
    const fields = Object.keys(columns).map(
      (column) => sql`json_extract(value, ${sql.lit(`$.${column}`)}) as ${sql.ref(column)}`,
    )
    return sql`(select ${sql.join(fields)} from json_each(${list}))`
  },
  // Its inner query gives them sorted, from the index; sorting inside the aggregate costs a sorter for every manifest.
  tagsOfManifest: (manifests) => sql`(select json_group_array(live.tag) from (select tags.tag from tags
    where tags.repository_id = ${sql.ref(`${manifests}.repository_id`)}
    and tags.digest = ${sql.ref(`${manifests}.digest`)} and tags.until_ms is null order by tags.tag) as live)`,
  tagTimesOfManifest: (manifests) => sql`(select json_group_array(json_array(tags.tag, tags.set_at_ms)) from tags
    where tags.repository_id = ${sql.ref(`${manifests}.repository_id`)}
    and tags.digest = ${sql.ref(`${manifests}.digest`)} and tags.until_ms is null)`,
  childrenOfManifest: (manifests) => sql`(select json_group_array(manifest_children.child) from manifest_children
    where manifest_children.repository_id = ${sql.ref(`${manifests}.repository_id`)}
    and manifest_children.parent = ${sql.ref(`${manifests}.digest`)})`,
  mergesUnions: true,
  lock: () => sql``,
  arrivalLock: () => sql`0`,
  settingsLock: () => sql`0`,
}
