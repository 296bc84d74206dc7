import type { Statement, Values } from './statement.ts'

/** Where statements run: on SQLite one of two connections, on PostgreSQL the pool or a transaction's connection. */
export interface SqlConnection {
  all<V extends Values, Row>(statement: Statement<V, Row>, values: NoInfer<V>): Promise<Row[]>
  first<V extends Values, Row>(statement: Statement<V, Row>, values: NoInfer<V>): Promise<Row | undefined>
  /** @returns how many rows it changed */
  run<V extends Values, Row>(statement: Statement<V, Row>, values: NoInfer<V>): Promise<number>
}
