import type { SQL } from 'bun'
import type { SqlConnection } from '../sql/connection.ts'
import { sqlBuilder } from '../sql/sql-builder.ts'
import { type CompiledStatement, compile, type Statement, type Values } from '../sql/statement.ts'
import { postgresDialect } from './postgres-dialect.ts'

type AnyStatement = Statement<never, unknown>

const builder = sqlBuilder('postgres')
const compiledStatements = new Map<AnyStatement, CompiledStatement>()

interface PostgresResult extends Array<Record<string, unknown>> {
  /** Rows that the statement returned or changed. */
  readonly count: number
}

/** Runs statements on a pool, or on the one connection of a transaction. Errors are the driver's own. */
export class PostgresConnection implements SqlConnection {
  readonly #sql: Pick<SQL, 'unsafe'>

  constructor(sql: Pick<SQL, 'unsafe'>) {
    this.#sql = sql
  }

  async all<V extends Values, Row>(statement: Statement<V, Row>, values: NoInfer<V>): Promise<Row[]> {
    const rows = await this.#query(statement, values)
    for (const row of rows) narrowIntegers(row)
    // The statement's type says what its columns are.
    return [...rows] as Row[]
  }

  async first<V extends Values, Row>(statement: Statement<V, Row>, values: NoInfer<V>): Promise<Row | undefined> {
    return (await this.all(statement, values))[0]
  }

  async run<V extends Values, Row>(statement: Statement<V, Row>, values: NoInfer<V>): Promise<number> {
    return (await this.#query(statement, values)).count
  }

  async #query<V extends Values, Row>(statement: Statement<V, Row>, values: V): Promise<PostgresResult> {
    const { sql, bind } = compiledFor(statement)
    return await this.#sql.unsafe<PostgresResult>(sql, bind(values))
  }
}

function compiledFor<V extends Values, Row>(statement: Statement<V, Row>): CompiledStatement {
  // Only its identity is used as a key.
  const key = statement as unknown as AnyStatement
  const known = compiledStatements.get(key)
  if (known !== undefined) return known
  const compiled = compile(statement, builder, postgresDialect)
  compiledStatements.set(key, compiled)
  return compiled
}

/** 64-bit integers arrive as BigInt, so that none is cut; ours are ids, times and sizes below 2^53. */
function narrowIntegers(row: Record<string, unknown>): void {
  for (const column in row) {
    if (typeof row[column] === 'bigint') row[column] = Number(row[column])
  }
}
