import type { Session } from '../principal.ts'
import { boundedText, boundedValue } from './bounded-value.ts'
import { type AuditCaller, formatTime, type UserIdentity, userIdentity } from './user-identity.ts'

/** Whose API an event is of. `lading.manage` is the management API,
 * `lading.internal` the server itself. */
export type AuditSource =
  | 'ecr.amazonaws.com'
  | 'sts.amazonaws.com'
  | 'iam.amazonaws.com'
  | 'cloudtrail.amazonaws.com'
  | 'lading.manage'
  | 'lading.internal'

export interface AuditResource {
  readonly ARN: string
  readonly accountId: string
  /** Such as `AWS::ECR::Repository`. */
  readonly type: string
}

/**
 * One fact of the audit trail, in the shape of a CloudTrail record (CloudTrail user guide, "CloudTrail record contents",
 * version 1.11, read 2026-11). Made only by `auditRecord`.
 */
export interface AuditRecord {
  readonly eventVersion: '1.11'
  readonly userIdentity: UserIdentity
  /** To the second; `additionalEventData.atMs` is exact. */
  readonly eventTime: string
  readonly eventSource: AuditSource
  readonly eventName: string
  readonly awsRegion: string
  readonly sourceIPAddress: string
  readonly userAgent: string
  readonly requestParameters: unknown
  readonly responseElements: null
  /** What the server did by itself, in the shape that CloudTrail has for it. */
  readonly serviceEventDetails?: Readonly<Record<string, unknown>>
  readonly errorCode?: string
  readonly errorMessage?: string
  readonly requestID: string
  readonly eventID: string
  readonly readOnly: boolean
  readonly resources?: readonly AuditResource[]
  readonly eventType: 'AwsApiCall' | 'AwsServiceEvent'
  readonly managementEvent: boolean
  readonly eventCategory: 'Management' | 'Data'
  /** Whose trail it is in: the account that owns what was acted on. */
  readonly recipientAccountId: string
  /** The same in every trail that one request is recorded in. */
  readonly sharedEventID?: string
  readonly additionalEventData: AuditDetail
  readonly tlsDetails?: AuditTls
}

export interface AuditTls {
  readonly tlsVersion?: string
  readonly cipherSuite?: string
  readonly clientProvidedHostHeader?: string
}

/** Ours: what CloudTrail has no member for. */
export interface AuditDetail {
  /** Unix time in milliseconds. */
  readonly atMs: number
  readonly protocol?: 'oci' | 'aws'
  /** As the log names it, such as `manifest-get`. */
  readonly operation?: string
  readonly digest?: string
  readonly tag?: string
  readonly bytes?: number
  /** How many requests one record stands for. */
  readonly count?: number
  readonly decision?: AuditDecision
  readonly [more: string]: unknown
}

/** Why a call was let through or not. */
export interface AuditDecision {
  readonly outcome: 'allowed' | 'denied'
  /** The kind of policy that decided, such as `identity`; with `no allow: ` before it, the one that lacked an Allow. */
  readonly by: string
  /** ARN or name of the policy. */
  readonly policy?: string
  /** Counted from 0. */
  readonly statement?: number
  readonly sid?: string
  /** What conditions could ask about, bounded. */
  readonly context?: AuditContext
  /** Undefined where it did not fit, and in trails of other accounts than the caller's. */
  readonly replay?: AuditReplay
}

export interface AuditContext {
  /** As policies name it, `ecr:PutImage`. */
  readonly action: string
  readonly resource: string
  /** Whose it is, which not every resource says. */
  readonly resourceAccount: string
  /** What conditions could ask about this call alone. */
  readonly keys: Readonly<Record<string, string | readonly string[]>>
  readonly clientAddress: string
  readonly secure: boolean
  readonly userAgent?: string
}

/** What it takes to decide again beside what the record says anyway: who asked, so that they are found if they are there. */
export interface AuditReplay {
  readonly kind: 'root' | 'user' | 'role-session' | 'anonymous'
  readonly accountId: string
  /** Unique id of the user or the role; empty for the others, who are their account's. */
  readonly id: string
  readonly sessionName?: string
  readonly accessKeyId?: string
  /** As it was: its policies and tags are nowhere else. */
  readonly session?: Session
}

/** What a record is made of. Texts may come from a request as they are. */
export interface AuditParts {
  readonly eventId: string
  /** Unix time in milliseconds. */
  readonly atMs: number
  readonly requestId: string
  readonly caller: AuditCaller
  readonly source: AuditSource
  /** The name of the IAM action without its service, such as `BatchGetImage`. */
  readonly name: string
  readonly region: string
  readonly accountId: string
  readonly readOnly: boolean
  /** The peer's address; empty when it is not known. */
  readonly sourceAddress: string
  readonly userAgent: string
  readonly parameters?: Readonly<Record<string, unknown>>
  /** The first is the one that `LookupEvents` finds it by. */
  readonly resources?: readonly AuditResource[]
  readonly error?: { readonly code: string; readonly message: string }
  readonly detail?: Omit<AuditDetail, 'atMs'>
  /** `Data` for what is counted and not told one by one; otherwise `Management`, as all of ECR's is in CloudTrail. */
  readonly category?: 'Management' | 'Data'
  readonly sharedEventId?: string
  readonly tls?: AuditTls
  /** Bounded by whoever makes it: no text of a request is in it. */
  readonly serviceEvent?: Readonly<Record<string, unknown>>
}

const LONGEST_USER_AGENT = 256
const LONGEST_NAME = 128
const MOST_RESOURCES = 20

/** Bounds every text that a request can choose, and hides what is called like a secret (`boundedValue`). */
export function auditRecord(parts: AuditParts): AuditRecord {
  const category = parts.category ?? 'Management'
  // In the order of canonical JSON, which then need not sort.
  return {
    additionalEventData: detailOf(parts),
    awsRegion: parts.region,
    ...errorOf(parts.error),
    eventCategory: category,
    eventID: boundedText(parts.eventId, LONGEST_NAME),
    eventName: boundedText(parts.name, LONGEST_NAME),
    eventSource: parts.source,
    eventTime: formatTime(parts.atMs),
    eventType: parts.caller.kind === 'service' ? 'AwsServiceEvent' : 'AwsApiCall',
    eventVersion: '1.11',
    managementEvent: category === 'Management',
    readOnly: parts.readOnly,
    recipientAccountId: parts.accountId,
    requestID: boundedText(parts.requestId, LONGEST_NAME),
    requestParameters: parts.parameters === undefined ? null : boundedValue(parts.parameters),
    ...(parts.resources === undefined ? {} : { resources: parts.resources.slice(0, MOST_RESOURCES).map(resource) }),
    responseElements: null,
    ...(parts.serviceEvent === undefined ? {} : { serviceEventDetails: parts.serviceEvent }),
    ...(parts.sharedEventId === undefined ? {} : { sharedEventID: boundedText(parts.sharedEventId, LONGEST_NAME) }),
    sourceIPAddress: boundedText(parts.sourceAddress, LONGEST_NAME),
    ...(parts.tls === undefined ? {} : { tlsDetails: tlsOf(parts.tls) }),
    userAgent: boundedText(parts.userAgent, LONGEST_USER_AGENT),
    userIdentity: userIdentity(parts.caller),
  }
}

function errorOf(error: AuditParts['error']): Pick<AuditRecord, 'errorCode' | 'errorMessage'> {
  if (error === undefined) return {}
  return { errorCode: boundedText(error.code, LONGEST_NAME), errorMessage: boundedText(error.message) }
}

function resource({ ARN, accountId, type }: AuditResource): AuditResource {
  return {
    ARN: boundedText(ARN),
    accountId: boundedText(accountId, LONGEST_NAME),
    type: boundedText(type, LONGEST_NAME),
  }
}

function detailOf({ atMs, detail }: AuditParts): AuditDetail {
  // A copy of an object is an object, with the same types in it.
  const bounded = detail === undefined ? {} : (boundedValue(detail) as Omit<AuditDetail, 'atMs'>)
  return { ...bounded, atMs }
}

function tlsOf(tls: AuditTls): AuditTls {
  // As above.
  return boundedValue(tls) as AuditTls
}
