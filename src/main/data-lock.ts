import { Database } from 'bun:sqlite'

/**
 * Keeps a data folder to one process. The lock is the operating system's, held through SQLite on an empty database of
 * its own, so it goes with the process however that ends, and nothing stale is left to clean up.
 *
 * @returns the lock, which must be kept open
 * @throws {Error} with a sentence for the operator when another process has it
 */
export function lockData(path: string): Disposable {
  const database = new Database(path, { create: true })
  try {
    database.run('PRAGMA journal_mode = MEMORY')
    database.run('PRAGMA locking_mode = EXCLUSIVE')
    database.run('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    const isHeld = error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY'
    if (!isHeld) throw error
    throw new Error(`another process is using this data folder (it holds ${path}); stop it, or set LADING_DATA`)
  }
  return { [Symbol.dispose]: () => database.close() }
}
