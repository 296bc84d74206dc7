/** What to look at, by SQLSTATE class or by the driver's own code; the rest needs no advice. */
const ADVICE: readonly (readonly [prefix: string, advice: string])[] = [
  ['28', 'check the user and the password in LADING_DATABASE_URL'],
  ['3D000', 'make the database, or name another one'],
  ['42501', 'the user must own the database, or be allowed to create tables in its schema'],
  ['53300', 'raise max_connections'],
  ['ERR_POSTGRES_CONNECTION', 'check the host and the port, and that the server takes connections from here'],
  ['ERR_POSTGRES_TLS', 'take sslmode off, or turn TLS on at the server'],
]

/**
 * Why a start cannot use PostgreSQL, in the server's own words. For the operator only: it names the server.
 *
 * @param url of the database, whose password is left out
 */
export function databaseProblem(url: string, error: unknown): Error {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const why = cause instanceof Error ? cause.message : String(cause)
  const code = codeOf(cause)
  const advice = ADVICE.find(([prefix]) => code.startsWith(prefix))?.[1]
  const sentence = `the metadata database ${placeOf(url)} cannot be used: ${why}`
  return new Error(advice === undefined ? sentence : `${sentence}; ${advice}`, { cause: error })
}

function placeOf(text: string): string {
  const url = new URL(text)
  const host = url.hostname === '' ? (url.searchParams.get('host') ?? 'localhost') : url.hostname
  return `${decodeURIComponent(url.pathname.slice(1))} on ${host}:${url.port === '' ? '5432' : url.port}`
}

/** SQLSTATE where the server answered, else the driver's code. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ''
  const { errno, code } = error as { errno?: unknown; code?: unknown } // read as what it may have, checked below
  return typeof errno === 'string' && errno !== '' ? errno : typeof code === 'string' ? code : ''
}
