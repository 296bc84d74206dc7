import type { SqlConnection } from './connection.ts'
import type { Statement, Values } from './statement.ts'

/**
 * A connection for the length of one transaction. After an error that ends the transaction in the database, whether or
 * not `work` let it through, nothing more runs: on SQLite it would be committed on its own (sqlite.org,
 * lang_transaction.html, 3.1), and PostgreSQL would answer the commit by a rollback without a word.
 */
export class TransactionScope implements SqlConnection {
  readonly #connection: SqlConnection
  readonly #isFatal: (error: unknown) => boolean
  #ended = false
  #failure: unknown

  constructor(connection: SqlConnection, isFatal: (error: unknown) => boolean) {
    this.#connection = connection
    this.#isFatal = isFatal
  }

  /** The error that ended the transaction, if one has. */
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
      if (this.#isFatal(error)) this.#failure = error
      throw error
    }
  }
}
