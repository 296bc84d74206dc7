import { SQLiteError } from 'bun:sqlite'
import { Refusal } from '../../../core/refusal.ts'

/** Extended result codes begin with the name of their primary one (sqlite.org/rescode.html). */
const UNAVAILABLE = [
  'SQLITE_IOERR',
  'SQLITE_READONLY',
  'SQLITE_CANTOPEN',
  'SQLITE_BUSY',
  'SQLITE_LOCKED',
  'SQLITE_NOMEM',
  'SQLITE_PROTOCOL',
  'SQLITE_PERM',
  'SQLITE_AUTH',
  'SQLITE_CORRUPT',
  'SQLITE_NOTADB',
]
const SYSTEM_UNAVAILABLE = new Set(['EMFILE', 'ENFILE', 'EIO', 'EROFS', 'EACCES', 'EPERM', 'ENOENT', 'EBADF'])

/** What the caller can act on, or the error as it is. */
export function translateSqliteError(error: unknown): unknown {
  const code = codeOf(error)
  if (code === undefined) return error
  if (code.startsWith('SQLITE_FULL') || code === 'ENOSPC' || code === 'EDQUOT') return storageFull(error)
  const unavailable = SYSTEM_UNAVAILABLE.has(code) || UNAVAILABLE.some((prefix) => code.startsWith(prefix))
  // The code is in the cause, for the log; clients can do nothing with it.
  return unavailable
    ? storageUnavailable('The metadata database cannot be used at the moment; try again later.', error)
    : error
}

const FATAL = ['SQLITE_IOERR', 'SQLITE_READONLY', 'SQLITE_CANTOPEN', 'SQLITE_CORRUPT', 'SQLITE_NOTADB']

/** Whether a connection that met this error should be replaced by a new one. */
export function needsReopening(error: unknown): boolean {
  const code = codeOf(error)
  return code !== undefined && FATAL.some((prefix) => code.startsWith(prefix))
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof SQLiteError) return error.code
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return undefined
}

export function storageFull(cause: unknown): Refusal {
  return new Refusal('storage-full', 'The disk that holds the metadata database is full.', {}, { cause })
}

export function storageUnavailable(message: string, cause?: unknown): Refusal {
  return new Refusal('storage-unavailable', message, { retryAfterSeconds: 5 }, { cause })
}

export function isStorageRefusal(error: unknown): error is Refusal {
  return error instanceof Refusal && (error.reason === 'storage-full' || error.reason === 'storage-unavailable')
}
