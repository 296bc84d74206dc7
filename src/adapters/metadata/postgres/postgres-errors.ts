import { SQL } from 'bun'
import { Refusal } from '../../../core/refusal.ts'

/** SQLSTATE (postgresql.org/docs/15/errcodes-appendix.html): disk_full; then whole classes. */
const FULL = '53100'
const UNAVAILABLE = ['08', '53', '57P', '58', '25006', '55P03', '3D000', '28']
const RERUN = new Set(['40001', '40P01'])

/** Whether the database gave up the transaction to let another one pass: it may be run again. */
export function isRerunnable(error: unknown): boolean {
  return error instanceof SQL.PostgresError && RERUN.has(error.errno ?? '')
}

/** What the caller can act on, or the error as it is. */
export function translatePostgresError(error: unknown): unknown {
  if (!(error instanceof SQL.PostgresError)) return error
  const state = error.errno ?? ''
  if (state === FULL) {
    return new Refusal('storage-full', 'The disk that holds the metadata database is full.', {}, { cause: error })
  }
  // Without a state the server did not answer: the connection failed, or never came to be.
  const unavailable = state === '' || isRerunnable(error) || UNAVAILABLE.some((prefix) => state.startsWith(prefix))
  if (!unavailable) return error
  const message = 'The metadata database cannot be used at the moment; try again later.'
  return new Refusal('storage-unavailable', message, { retryAfterSeconds: 5 }, { cause: error })
}
