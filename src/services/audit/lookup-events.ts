import { createHash } from 'node:crypto'
import { formatPageToken, invalidPageToken, parsePageToken } from '../../core/ecr/page-token.ts'
import type { AuditPosition, AuditQuery, StoredAuditEntry } from '../../ports/metadata/audit.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'

export interface LookupPage {
  /** At most 50, CloudTrail's bound. */
  readonly limit: number
  /** Of an earlier answer to the same question. */
  readonly token: string | undefined
}

export interface LookupAnswer {
  readonly entries: readonly StoredAuditEntry[]
  readonly nextToken: string | undefined
}

const KEY_LENGTH = 2
const NUMBER = /^[0-9]{1,16}$/

/**
 * A page of an account's records, newest first. The token of the next one is good for this question alone; for another
 * one its place in the list would mean nothing.
 *
 * @throws {Refusal} `page-invalid` for any other token
 */
export async function lookUpEvents(
  { metadata }: { readonly metadata: MetadataStore },
  query: AuditQuery,
  { limit, token }: LookupPage,
): Promise<LookupAnswer> {
  const list = listName(query)
  const after = token === undefined ? undefined : parsePosition(list, token)
  const found = await metadata.lookUpAudit(query, { after, limit: limit + 1 })
  const entries = found.slice(0, limit)
  const last = found.length > limit ? entries.at(-1) : undefined
  const nextToken = last && formatPageToken(list, [String(last.atMs), String(last.id)])
  return { entries, nextToken }
}

/** Short however long the question is. */
function listName({ accountId, attribute, fromMs, untilMs }: AuditQuery): string {
  const question = JSON.stringify([accountId, attribute?.name, attribute?.value, fromMs, untilMs])
  return `audit-${createHash('sha256').update(question).digest('base64url').slice(0, 22)}`
}

function parsePosition(list: string, token: string): AuditPosition {
  const [atMs, id] = parsePageToken(list, token, KEY_LENGTH)
  if (!isNumber(atMs) || !isNumber(id)) throw invalidPageToken()
  return { atMs: Number(atMs), id: Number(id) }
}

function isNumber(text: string | null | undefined): text is string {
  return typeof text === 'string' && NUMBER.test(text)
}
