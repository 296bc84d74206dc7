import type { SQL } from 'bun'
import { Refusal } from '../../../core/refusal.ts'
import type { UsageReads } from '../../../ports/metadata/collection.ts'
import type { MetadataStore, MetadataTransaction } from '../../../ports/metadata-store.ts'
import type { SqlConnection } from '../sql/connection.ts'
import { EventWatchers } from '../sql/event-watchers.ts'
import { IdentityWatchers } from '../sql/identity-watchers.ts'
import { metadataReader } from '../sql/metadata-reader.ts'
import { metadataTransaction, type TransactionRun } from '../sql/metadata-transaction.ts'
import { countProbe } from '../sql/probe.ts'
import { RunAgain, scarceQuotas } from '../sql/scarce-quotas.ts'
import { noNotes } from '../sql/transaction-notes.ts'
import { TransactionScope } from '../sql/transaction-scope.ts'
import { PostgresConnection } from './postgres-connection.ts'
import { postgresLocks, postgresReads } from './postgres-engine.ts'
import { isRerunnable, translatePostgresError } from './postgres-errors.ts'

export interface PostgresPools {
  readonly readPool: SQL
  readonly writePool: SQL
}

/** How often a transaction is run that the database gives up for another's sake, as in a deadlock. */
const MOST_RUNS = 8

/**
 * Transactions are READ COMMITTED with explicit locks. When the connection is lost in the very moment of a commit,
 * nobody can tell whether it took effect: the caller is told `storage-unavailable`, and doing the same again is safe.
 */
export function postgresMetadataStore({ readPool, writePool }: PostgresPools): MetadataStore {
  let closed: Promise<unknown> | undefined
  const open = (): void => {
    if (closed !== undefined) throw new Refusal('storage-unavailable', 'The metadata store is closed.')
  }
  const reader = translating(new PostgresConnection(readPool), open)
  const usage = postgresReads(reader)
  const watchers = new IdentityWatchers()
  const eventWatchers = new EventWatchers()
  const inTransaction = <Result>(work: (connection: SqlConnection) => Promise<Result>): Promise<Result> => {
    open()
    return runTransaction(writePool, work)
  }
  return {
    ...metadataReader(reader, usage),
    async transact(work) {
      const scarce = scarceQuotas()
      // Each run begins with notes of its own: what a run that was given up has changed is not changed.
      const { result, notes } = await inTransaction(async (connection) => {
        const notes = noNotes()
        return { result: await work(postgresTransaction(connection, usage, { notes, scarce })), notes }
      })
      watchers.tell(notes.accounts)
      eventWatchers.tell(notes.hasEvents)
      return result
    },
    watchIdentities: (listener) => watchers.watch(listener),
    watchEvents: (listener) => eventWatchers.watch(listener),
    async probe() {
      await inTransaction((connection) => connection.run(countProbe, {}))
    },
    async close() {
      closed ??= Promise.all([readPool.close(), writePool.close()])
      await closed
    },
  }
}

function postgresTransaction(connection: SqlConnection, usage: UsageReads, run: TransactionRun): MetadataTransaction {
  return metadataTransaction(connection, { ...usage, ...postgresLocks(connection) }, run)
}

async function runTransaction<Result>(
  pool: SQL,
  work: (connection: SqlConnection) => Promise<Result>,
): Promise<Result> {
  for (let run = 1; ; run++) {
    try {
      // Bun's types lose what the callback returns.
      return (await pool.begin(async (sql) => await runScoped(new PostgresConnection(sql), work))) as Result
    } catch (error) {
      // Once for each quota that a transaction takes from, and nobody else is in the way then.
      if (error instanceof RunAgain) continue
      if (run === MOST_RUNS || !isRerunnable(error)) throw translatePostgresError(error)
      await pause(run)
    }
  }
}

async function runScoped<Result>(
  connection: SqlConnection,
  work: (connection: SqlConnection) => Promise<Result>,
): Promise<Result> {
  const scope = new TransactionScope(connection, () => true)
  try {
    const result = await work(scope)
    if (scope.failure !== undefined) throw scope.failure
    return result
  } catch (error) {
    // The database's error says more than what `work` made of it: it may ask for another run.
    throw scope.failure ?? error
  } finally {
    scope.end()
  }
}

/** Longer each time and never the same, so that two which ran into each other do not do so again. */
function pause(run: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 2 ** run))
}

function translating(connection: SqlConnection, check: () => void): SqlConnection {
  const guarded = async <Result>(action: () => Promise<Result>): Promise<Result> => {
    check()
    try {
      return await action()
    } catch (error) {
      throw translatePostgresError(error)
    }
  }
  return {
    all: (statement, values) => guarded(() => connection.all(statement, values)),
    first: (statement, values) => guarded(() => connection.first(statement, values)),
    run: (statement, values) => guarded(() => connection.run(statement, values)),
  }
}
