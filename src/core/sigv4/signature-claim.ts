import { quote } from '../digest.ts'
import { Refusal } from '../refusal.ts'
import { parseQuery, type QueryPair } from './query.ts'
import { signatureIncomplete } from './refusals.ts'
import type { SignedRequest } from './signed-request.ts'

/** What a request says of its signature; nothing of it has been verified. */
export interface SignatureClaim {
  readonly accessKeyId: string
  /** The credential scope's day, `YYYYMMDD`. */
  readonly day: string
  readonly region: string
  readonly service: string
  /** Lower-case, sorted, without duplicates. */
  readonly signedHeaders: readonly string[]
  /** 64 lower-case hexadecimal digits. */
  readonly signature: string
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string
  readonly securityToken: string | undefined
  /** How long a presigned address holds; undefined for a signed header. */
  readonly expiresSeconds: number | undefined
  /** The decoded query, without the signature itself. */
  readonly query: readonly QueryPair[]
}

const ALGORITHM = 'AWS4-HMAC-SHA256'
const LONGEST_HEADER = 8192
const FIELDS: ReadonlySet<string> = new Set(['Credential', 'SignedHeaders', 'Signature'])

/**
 * Reads the `Authorization` header, or the `X-Amz-…` parameters of a presigned address.
 *
 * @throws {Refusal} `unauthenticated` when there is neither; `signature-incomplete` when it cannot be read
 */
export function parseSignatureClaim(request: SignedRequest): SignatureClaim {
  const query = parseQuery(request.query)
  const header = request.headers.get('authorization')
  const presigned = query.some(([name]) => name.toLowerCase() === 'x-amz-signature')
  if (header !== undefined && presigned) throw signatureIncomplete('it is signed twice, by header and by query')
  if (header !== undefined) return fromHeader(request, header, query)
  if (presigned) return fromQuery(query)
  throw new Refusal(
    'unauthenticated',
    'Missing Authentication Token: the request must be signed with Signature Version 4.',
  )
}

function fromHeader(request: SignedRequest, header: string, query: readonly QueryPair[]): SignatureClaim {
  const fields = parseAuthorization(header)
  const timestamp = request.headers.get('x-amz-date')
  if (timestamp === undefined) throw signatureIncomplete("the header 'x-amz-date' is missing")
  return {
    ...parseScope(fields.get('Credential')),
    signedHeaders: parseSignedHeaders(fields.get('SignedHeaders')),
    signature: parseSignature(fields.get('Signature')),
    timestamp,
    securityToken: request.headers.get('x-amz-security-token'),
    expiresSeconds: undefined,
    query,
  }
}

function parseAuthorization(header: string): Map<string, string> {
  const space = header.indexOf(' ')
  if (header.length > LONGEST_HEADER || header.slice(0, space) !== ALGORITHM) {
    throw signatureIncomplete(`the Authorization header must begin with '${ALGORITHM}'`)
  }
  const fields = new Map<string, string>()
  for (const part of header.slice(space + 1).split(',')) {
    const equals = part.indexOf('=')
    const name = part.slice(0, Math.max(equals, 0)).trim()
    // Two Authorization headers arrive joined by a comma: a proxy in front may have looked at the other one.
    if (!FIELDS.has(name)) throw signatureIncomplete('its Authorization header has something else in it')
    if (fields.has(name)) throw signatureIncomplete(`${quote(name)} is given twice`)
    fields.set(name, part.slice(equals + 1).trim())
  }
  return fields
}

function fromQuery(query: readonly QueryPair[]): SignatureClaim {
  const field = (name: string) => single(query, name)
  if (field('X-Amz-Algorithm') !== ALGORITHM) throw signatureIncomplete(`X-Amz-Algorithm must be '${ALGORITHM}'`)
  const timestamp = field('X-Amz-Date')
  if (timestamp === undefined) throw signatureIncomplete('X-Amz-Date is missing')
  return {
    ...parseScope(field('X-Amz-Credential')),
    signedHeaders: parseSignedHeaders(field('X-Amz-SignedHeaders')),
    signature: parseSignature(field('X-Amz-Signature')),
    timestamp,
    securityToken: field('X-Amz-Security-Token'),
    expiresSeconds: parseExpires(field('X-Amz-Expires')),
    query: query.filter(([name]) => name !== 'X-Amz-Signature'),
  }
}

function single(query: readonly QueryPair[], name: string): string | undefined {
  const values = query.filter(([key]) => key.toLowerCase() === name.toLowerCase())
  if (values.length > 1) throw signatureIncomplete(`${name} is given twice`)
  const [key, value] = values[0] ?? [name, undefined]
  if (key !== name) throw signatureIncomplete(`${quote(key)} must be spelt ${name}`)
  return value
}

function parseScope(
  credential: string | undefined,
): Pick<SignatureClaim, 'accessKeyId' | 'day' | 'region' | 'service'> {
  const match = /^([\w.-]{1,128})\/(\d{8})\/([a-z0-9-]{1,64})\/([a-z0-9-]{1,32})\/aws4_request$/.exec(credential ?? '')
  const [, accessKeyId, day, region, service] = match ?? []
  if (accessKeyId === undefined || day === undefined || region === undefined || service === undefined) {
    throw signatureIncomplete('Credential must be <access key id>/<YYYYMMDD>/<region>/<service>/aws4_request')
  }
  return { accessKeyId, day, region, service }
}

function parseSignedHeaders(text: string | undefined): string[] {
  const names = (text ?? '').split(';')
  const ordered = names.every((name, index) => index === 0 || (names[index - 1] ?? '') < name)
  if (!ordered || !names.every((name) => /^[a-z0-9_-]{1,100}$/.test(name))) {
    throw signatureIncomplete('SignedHeaders must be lower-case names, sorted, each once, joined by semicolons')
  }
  return names
}

function parseSignature(text: string | undefined): string {
  if (!/^[0-9a-f]{64}$/.test(text ?? ''))
    throw signatureIncomplete('Signature must be 64 lower-case hexadecimal digits')
  return text ?? ''
}

function parseExpires(text: string | undefined): number {
  if (!/^[1-9]\d{0,6}$/.test(text ?? '')) throw signatureIncomplete('X-Amz-Expires must be a number of seconds')
  return Number(text)
}
