import { pendingStatements } from '../sql/migrations.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import { SQLITE_TYPES } from './sqlite-dialect.ts'

/**
 * Brings the tables up to date, all or nothing. Always writes, so that the write-ahead log exists afterwards.
 *
 * @throws {Error} when the database was made by a newer release
 */
export function migrateSqlite(connection: SqliteConnection): void {
  connection.execute('begin immediate')
  try {
    connection.execute('create table if not exists schema_version (version integer not null, probes integer not null)')
    connection.execute('insert into schema_version select 0, 0 where not exists (select 1 from schema_version)')
    const version = Number(connection.value('select version from schema_version'))
    for (const statement of pendingStatements(version, SQLITE_TYPES, 'sqlite')) connection.execute(statement)
    connection.execute('update schema_version set probes = probes + 1')
    connection.execute('commit')
  } catch (error) {
    if (connection.inTransaction) connection.execute('rollback')
    throw error
  }
}
