import {
  type Dialect,
  type DialectAdapter,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { Schema } from './schema.ts'

/**
 * A query builder that makes SQL and never runs it: the adapters run what it compiled on their own connections, as
 * compiling a query anew costs several times what SQLite needs to answer it.
 */
export function sqlBuilder(engine: 'sqlite' | 'postgres'): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: engine === 'sqlite' ? sqlite : postgres })
}

const sqlite: Dialect = {
  createAdapter: (): DialectAdapter => new SqliteAdapter(),
  createDriver: () => new DummyDriver(),
  createIntrospector: (db) => new SqliteIntrospector(db),
  createQueryCompiler: () => new SqliteQueryCompiler(),
}

const postgres: Dialect = {
  createAdapter: (): DialectAdapter => new PostgresAdapter(),
  createDriver: () => new DummyDriver(),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
}
