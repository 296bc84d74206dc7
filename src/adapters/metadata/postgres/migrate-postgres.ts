import type { SQL } from 'bun'
import { pendingStatements } from '../sql/migrations.ts'
import { POSTGRES_TYPES } from './postgres-dialect.ts'

/** Any number that nothing else in the database locks: the first eight letters of "metadata" in ASCII. */
const MIGRATION_LOCK = (0x6d65_7461n << 32n) | 0x6461_7461n

/**
 * Brings the tables up to date, all or nothing. Of several processes that start at once one does it, and the others
 * wait and find it done.
 *
 * @throws {Error} when the database was made by a newer release
 */
export async function migratePostgres(pool: SQL): Promise<void> {
  await pool.begin(async (sql) => {
    await sql.unsafe(`select pg_advisory_xact_lock(${MIGRATION_LOCK})`)
    await sql.unsafe('create table if not exists schema_version (version bigint not null, probes bigint not null)')
    await sql.unsafe('insert into schema_version select 0, 0 where not exists (select 1 from schema_version)')
    const [row] = await sql.unsafe<{ version: bigint }[]>('select version from schema_version')
    const statements = pendingStatements(Number(row?.version), POSTGRES_TYPES, 'postgres')
    for (const statement of statements) await sql.unsafe(statement)
  })
}
