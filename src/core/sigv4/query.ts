import { signatureIncomplete } from './refusals.ts'

/** One decoded name and value. */
export type QueryPair = readonly [name: string, value: string]

/**
 * Decodes a query as RFC 3986 has it. A `+` is refused: half the world reads it as a space and the other half as
 * itself, so what was signed and what was meant could differ.
 *
 * @throws {Refusal} `signature-incomplete`
 */
export function parseQuery(query: string): QueryPair[] {
  if (query === '') return []
  if (query.includes('+')) throw signatureIncomplete("a '+' in the query must be sent as %2B, and a space as %20")
  return query.split('&').map(parsePair)
}

function parsePair(text: string): QueryPair {
  const equals = text.indexOf('=')
  try {
    if (equals < 0) return [decodeURIComponent(text), '']
    return [decodeURIComponent(text.slice(0, equals)), decodeURIComponent(text.slice(equals + 1))]
  } catch {
    throw signatureIncomplete('the query is not percent-encoded UTF-8')
  }
}

/** Sorted by encoded name, then by encoded value (SigV4, "Create a canonical request", step 3). */
export function canonicalQuery(pairs: readonly QueryPair[]): string {
  return pairs
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Everything but RFC 3986's unreserved characters; encodeURIComponent alone leaves `!'()*`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
