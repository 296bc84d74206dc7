import type { AuditRecord } from './audit-record.ts'
import { canonicalJson } from './canonical-json.ts'
import type { UserIdentity } from './user-identity.ts'

/** A record as it is stored: its one spelling, and what it is found by. */
export interface AuditEntry {
  /** In whose trail it is. */
  readonly accountId: string
  /** Unix time in milliseconds. */
  readonly atMs: number
  /** Unique within the trail: of two entries with one id, the first is kept. */
  readonly eventId: string
  readonly eventName: string
  readonly eventSource: string
  readonly username: string | undefined
  readonly accessKeyId: string | undefined
  readonly readOnly: boolean
  readonly resourceType: string | undefined
  readonly resourceName: string | undefined
  /** The record in canonical JSON. It never changes. */
  readonly body: string
}

export function auditEntry(record: AuditRecord): AuditEntry {
  const first = record.resources?.[0]
  return {
    accountId: record.recipientAccountId,
    atMs: record.additionalEventData.atMs,
    eventId: record.eventID,
    eventName: record.eventName,
    eventSource: record.eventSource,
    username: userName(record.userIdentity),
    accessKeyId: record.userIdentity.accessKeyId,
    readOnly: record.readOnly,
    resourceType: first?.type,
    resourceName: first?.ARN,
    body: canonicalJson(record),
  }
}

/** What CloudTrail's `Username` is: a user's name, a role session's, `root`, or the subject of a token. */
function userName({ type, userName: name, arn = '' }: UserIdentity): string | undefined {
  if (type === 'Root') return 'root'
  // `arn:aws:sts::<account>:assumed-role/<role>/<session>`; a session's name has no slash in it.
  if (type === 'AssumedRole') return arn.slice(arn.lastIndexOf('/') + 1)
  return name
}
