import { Database } from 'bun:sqlite'
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { CheckpointThread } from './checkpoint-thread.ts'
import type { Writer } from './group-commit.ts'
import { migrateSqlite } from './migrate-sqlite.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { translateSqliteError } from './sqlite-errors.ts'
import { NO_SYNC, WalSync } from './wal-sync.ts'

/** How long a statement waits for another process's lock, such as a backup's; the thread waits with it. */
const BUSY_TIMEOUT_MS = 2000

const COMMON_PRAGMAS = [
  `busy_timeout = ${BUSY_TIMEOUT_MS}`,
  'cache_size = -32768',
  'temp_store = memory',
  'wal_autocheckpoint = 1000',
]

/**
 * One database: a connection that writes, with the sync of its log, and one that reads. After a fault each is opened
 * anew when it is next used, so that the store works again as soon as the disk does.
 */
export class SqliteDatabase {
  readonly #path: string
  readonly #durable: boolean
  readonly #checkpoints: CheckpointThread | undefined
  #writer: Writer
  #reader: SqliteConnection
  #backlog = false

  /**
   * Opens the database, making or migrating it as needed.
   *
   * @param durable whether a commit must survive a power cut; not for a database that goes with the process
   * @throws {Error} when it was made by a newer release
   */
  constructor(path: string, durable: boolean) {
    this.#path = path
    this.#durable = durable
    this.#writer = openWriter(path, { durable, create: true })
    this.#reader = openReader(path)
    if (!durable) return
    this.#checkpoints = new CheckpointThread(path, () => {
      this.#backlog = true
    })
  }

  /** @throws {Refusal} when it cannot be opened, or what is on the disk is unknown */
  reader(): SqliteConnection {
    this.#refuseUnknown()
    if (!this.#reader.failed) return this.#reader
    const fresh = translated(() => openReader(this.#path))
    this.#reader.close()
    this.#reader = fresh
    return fresh
  }

  /** @throws {Refusal} as `reader` does */
  async writer(settled: () => Promise<void>): Promise<Writer> {
    this.#refuseUnknown()
    if (this.#backlog) this.#finishCheckpoint()
    if (!this.#writer.connection.failed) return this.#writer
    await settled()
    this.#refuseUnknown()
    // Never made anew: a database that is gone must not come back empty.
    const fresh = translated(() => openWriter(this.#path, { durable: this.#durable, create: false }))
    closeWriter(this.#writer)
    this.#writer = fresh
    return fresh
  }

  /** To be told how many transactions a commit made durable. */
  committed(transactions: number): void {
    this.#checkpoints?.committed(transactions)
  }

  /** The writer goes last: the last connection to close moves the log into the database. */
  async close(): Promise<void> {
    await this.#checkpoints?.close()
    this.#reader.close()
    closeWriter(this.#writer)
  }

  /** The thread has moved all but the newest pages; with nobody writing these are moved too, and the log starts over. */
  #finishCheckpoint(): void {
    this.#backlog = false
    try {
      this.#writer.connection.execute('pragma wal_checkpoint(passive)')
    } catch {
      // The log keeps what could not be moved, and the thread will try again; the transaction at hand can still pass.
    }
  }

  #refuseUnknown(): void {
    if (this.#writer.sync.failure !== undefined) throw this.#writer.sync.failure
  }
}

function openWriter(path: string, { durable, create }: { durable: boolean; create: boolean }): Writer {
  const connection = new SqliteConnection(new Database(path, { create, readwrite: true }))
  try {
    pragma(connection, ...COMMON_PRAGMAS, 'journal_mode = wal', 'journal_size_limit = 67108864')
    // Only should the checkpoint thread fail: 128 MiB. What is not durable has no thread, and nothing to wait for.
    if (durable) pragma(connection, 'wal_autocheckpoint = 32768')
    // Until the log can be synced off the thread, commits sync on it.
    pragma(connection, `synchronous = ${durable ? 'full' : 'off'}`)
    migrateSqlite(connection)
    if (!durable) return { connection, sync: NO_SYNC }
    pragma(connection, 'synchronous = normal')
    syncDirectory(dirname(path))
    // The migration's transaction has written to the log, so the log exists.
    return { connection, sync: new WalSync(`${path}-wal`) }
  } catch (error) {
    connection.close()
    throw error
  }
}

function openReader(path: string): SqliteConnection {
  const reader = new SqliteConnection(new Database(path, { readonly: true }))
  pragma(reader, ...COMMON_PRAGMAS)
  // Its first read opens the log, while it can still be found by its name.
  reader.execute('select version from schema_version')
  return reader
}

function closeWriter({ connection, sync }: Writer): void {
  connection.close()
  sync.close()
}

function translated<Result>(action: () => Result): Result {
  try {
    return action()
  } catch (error) {
    throw translateSqliteError(error)
  }
}

function pragma(connection: SqliteConnection, ...settings: readonly string[]): void {
  for (const setting of settings) connection.execute(`pragma ${setting}`)
}

/** Makes the names of a database just created survive a power cut. */
function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
