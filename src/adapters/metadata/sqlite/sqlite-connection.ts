import type { Database, Statement as SqliteStatement } from 'bun:sqlite'
import type { SqlConnection } from '../sql/connection.ts'
import { sqlBuilder } from '../sql/sql-builder.ts'
import { type BoundValue, type CompiledStatement, compile, type Statement, type Values } from '../sql/statement.ts'
import { sqliteDialect } from './sqlite-dialect.ts'
import { needsReopening, translateSqliteError } from './sqlite-errors.ts'

type AnyStatement = Statement<never, unknown>
interface Prepared {
  readonly compiled: CompiledStatement
  readonly sqlite: SqliteStatement<unknown, BoundValue[]>
}

const builder = sqlBuilder('sqlite')

/** Runs statements on one open database, each prepared once. Everything happens at once, on this thread. */
export class SqliteConnection implements SqlConnection {
  readonly #database: Database
  readonly #prepared = new Map<AnyStatement, Prepared>()
  readonly #commands = new Map<string, SqliteStatement<unknown, BoundValue[]>>()
  #failed = false

  constructor(database: Database) {
    this.#database = database
  }

  async all<V extends Values, Row>(statement: Statement<V, Row>, values: NoInfer<V>): Promise<Row[]> {
    try {
      const { compiled, sqlite } = this.#prepare(statement)
      // The statement's type says what its columns are.
      return sqlite.all(...compiled.bind(values)) as Row[]
    } catch (error) {
      throw this.#translate(error)
    }
  }

  async first<V extends Values, Row>(statement: Statement<V, Row>, values: NoInfer<V>): Promise<Row | undefined> {
    try {
      const { compiled, sqlite } = this.#prepare(statement)
      // As above.
      return (sqlite.get(...compiled.bind(values)) as Row | null) ?? undefined
    } catch (error) {
      throw this.#translate(error)
    }
  }

  async run<V extends Values, Row>(statement: Statement<V, Row>, values: NoInfer<V>): Promise<number> {
    try {
      const { compiled, sqlite } = this.#prepare(statement)
      return sqlite.run(...compiled.bind(values)).changes
    } catch (error) {
      throw this.#translate(error)
    }
  }

  /** Runs SQL as it is, prepared once for each text. @throws {Refusal} as SQLite's errors translate */
  execute(sql: string): void {
    try {
      let prepared = this.#commands.get(sql)
      if (prepared === undefined) {
        prepared = this.#database.prepare(sql)
        this.#commands.set(sql, prepared)
      }
      prepared.run()
    } catch (error) {
      throw this.#translate(error)
    }
  }

  /** The single value that a query gives. */
  value(sql: string): unknown {
    try {
      const query = this.#database.prepare<Record<string, unknown>, []>(sql)
      const row = query.get()
      query.finalize()
      return Object.values(row ?? {})[0]
    } catch (error) {
      throw this.#translate(error)
    }
  }

  /** Whether it met a fault that a connection may not recover from: it is to be replaced when nothing runs on it. */
  get failed(): boolean {
    return this.#failed
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction
  }

  close(): void {
    for (const { sqlite } of this.#prepared.values()) sqlite.finalize()
    for (const command of this.#commands.values()) command.finalize()
    this.#prepared.clear()
    this.#commands.clear()
    this.#database.close()
  }

  #translate(error: unknown): unknown {
    if (needsReopening(error)) this.#failed = true
    return translateSqliteError(error)
  }

  #prepare<V extends Values, Row>(statement: Statement<V, Row>): Prepared {
    // Only its identity is used as a key.
    const key = statement as unknown as AnyStatement
    const known = this.#prepared.get(key)
    if (known !== undefined) return known
    const compiled = compile(statement, builder, sqliteDialect)
    const prepared = { compiled, sqlite: this.#database.prepare<unknown, BoundValue[]>(compiled.sql) }
    this.#prepared.set(key, prepared)
    return prepared
  }
}
