import type { MetadataStore, MetadataTransaction } from '../../../ports/metadata-store.ts'
import type { SqlConnection } from '../sql/connection.ts'
import { EventWatchers } from '../sql/event-watchers.ts'
import { IdentityWatchers } from '../sql/identity-watchers.ts'
import { metadataReader } from '../sql/metadata-reader.ts'
import { metadataTransaction } from '../sql/metadata-transaction.ts'
import { countProbe } from '../sql/probe.ts'
import { NOBODY_WAITS } from '../sql/scarce-quotas.ts'
import { noNotes, type TransactionNotes } from '../sql/transaction-notes.ts'
import { GroupCommit } from './group-commit.ts'
import { notingTransaction } from './noting-transaction.ts'
import { ReadCache, Touched } from './read-cache.ts'
import type { SqliteDatabase } from './sqlite-database.ts'
import { sqliteLocks, sqliteReads } from './sqlite-engine.ts'
import { storageUnavailable } from './sqlite-errors.ts'

/** Manifests that were pulled lately, kept in memory. */
const CACHE_BYTES = 32 * 1024 * 1024

/**
 * Reads outside transactions go by a connection of their own and wait for nobody. They may see what was committed a
 * moment ago and is being synced: a row that a power cut in that moment would undo, and that nobody was promised.
 */
export function sqliteMetadataStore(database: SqliteDatabase): MetadataStore {
  const cache = new ReadCache(CACHE_BYTES)
  const touched = new Touched()
  const watchers = new IdentityWatchers()
  const eventWatchers = new EventWatchers()
  const onCommit = (transactions: number) => {
    cache.forget(touched)
    touched.clear()
    database.committed(transactions)
  }
  const commits = new GroupCommit((settled) => database.writer(settled), onCommit)
  let closing: Promise<void> | undefined
  const open = <Value>(value: Value): Value => {
    if (closing !== undefined) throw storageUnavailable('The metadata store is closed.')
    return value
  }
  const reader: SqlConnection = {
    all: async (statement, values) => await open(database).reader().all(statement, values),
    first: async (statement, values) => await open(database).reader().first(statement, values),
    run: async (statement, values) => await open(database).reader().run(statement, values),
  }
  const close = async (): Promise<void> => {
    await commits.idle()
    await database.close()
  }
  const reads = metadataReader(reader, sqliteReads(reader))
  return {
    ...reads,
    ...cache.over(reads, () => void open(database).reader()),
    async transact(work) {
      const notes = noNotes()
      return await open(commits).run(
        (connection) => work(notingTransaction(sqliteTransaction(connection, notes), touched)),
        () => {
          watchers.tell(notes.accounts)
          eventWatchers.tell(notes.hasEvents)
        },
      )
    },
    watchIdentities: (listener) => watchers.watch(listener),
    watchEvents: (listener) => eventWatchers.watch(listener),
    async probe() {
      await open(commits).run((connection) => connection.run(countProbe, {}))
    },
    async close() {
      closing ??= close()
      await closing
    },
  }
}

function sqliteTransaction(connection: SqlConnection, notes: TransactionNotes): MetadataTransaction {
  return metadataTransaction(
    connection,
    { ...sqliteReads(connection), ...sqliteLocks(connection) },
    { notes, scarce: NOBODY_WAITS },
  )
}
