import type { SqlConnection } from '../sql/connection.ts'
import type { Statement, Values } from '../sql/statement.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import { isStorageRefusal } from './sqlite-errors.ts'

/**
 * The writer's connection for the length of one transaction. SQLite may roll everything back by itself when storage
 * fails (sqlite.org/lang_transaction.html, 3.1); what ran after that would be committed on its own, so nothing runs.
 */
export class TransactionScope implements SqlConnection {
  readonly #connection: SqliteConnection
  #ended = false
  #failure: unknown

  constructor(connection: SqliteConnection) {
    this.#connection = connection
  }

  /** The storage's refusal that one of the statements met, whether or not `work` let it through. */
  get failure(): unknown {
    return this.#failure
  }

  all<V extends Values, Row>(statement: Statement<V, Row>, values: NoInfer<V>): Promise<Row[]> {
    return this.#guard(() => this.#connection.all(statement, values))
  }

  first<V extends Values, Row>(statement: Statement<V, Row>, values: NoInfer<V>): Promise<Row | undefined> {
    return this.#guard(() => this.#connection.first(statement, values))
  }

  run<V extends Values, Row>(statement: Statement<V, Row>, values: NoInfer<V>): Promise<number> {
    return this.#guard(() => this.#connection.run(statement, values))
  }

  end(): void {
    this.#ended = true
  }

  async #guard<Result>(action: () => Promise<Result>): Promise<Result> {
    if (this.#ended) throw new Error('a statement of a transaction that has ended')
    if (this.#failure !== undefined) throw this.#failure
    try {
      return await action()
    } catch (error) {
      if (isStorageRefusal(error)) this.#failure = error
      throw error
    }
  }
}
