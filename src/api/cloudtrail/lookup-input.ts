import { isJsonObject } from '../../core/ecr/fields.ts'
import { Refusal } from '../../core/refusal.ts'
import { isStorableText } from '../../core/storable-text.ts'
import type { AuditAttribute, AuditQuery } from '../../ports/metadata/audit.ts'

export interface LookupInput {
  readonly attribute: AuditQuery['attribute']
  readonly fromMs: number
  readonly untilMs: number
  readonly limit: number
  readonly token: string | undefined
}

type Members = Readonly<Record<string, unknown>>

const MOST_RESULTS = 50
const LONGEST_VALUE = 2000
/** The last second of the year 9999. */
const LATEST_SECONDS = 253_402_300_799

const ATTRIBUTES: ReadonlyMap<unknown, AuditAttribute> = new Map<unknown, AuditAttribute>([
  ['AccessKeyId', 'accessKeyId'],
  ['EventId', 'eventId'],
  ['EventName', 'eventName'],
  ['EventSource', 'eventSource'],
  ['ReadOnly', 'readOnly'],
  ['ResourceName', 'resourceName'],
  ['ResourceType', 'resourceType'],
  ['Username', 'username'],
])

/**
 * `LookupEventsRequest` of CloudTrail's model of 2013-11-01. Members that it does not know are passed over.
 *
 * @throws {Refusal} `parameter-invalid`, whose `detail.errorType` is the error that CloudTrail has for the member
 */
export function parseLookupInput(members: Members): LookupInput {
  if (isGiven(members.EventCategory)) {
    throw invalid('InvalidEventCategoryException', 'There are no insight events: leave EventCategory out.')
  }
  const start = parseTime(members, 'StartTime') ?? 0
  const end = parseTime(members, 'EndTime') ?? LATEST_SECONDS
  if (start > end) throw invalid('InvalidTimeRangeException', 'StartTime must not be after EndTime.')
  return {
    attribute: parseAttribute(members.LookupAttributes),
    // An event's time is the second that it was in.
    fromMs: Math.ceil(start) * 1000,
    untilMs: Math.floor(end) * 1000 + 999,
    limit: parseLimit(members.MaxResults),
    token: parseToken(members.NextToken),
  }
}

function parseAttribute(value: unknown): AuditQuery['attribute'] {
  if (!isGiven(value)) return undefined
  if (!Array.isArray(value) || value.length > 1) throw invalidAttributes('must be a list of one attribute')
  const [given] = value
  if (given === undefined) return undefined
  if (!isJsonObject(given)) throw invalidAttributes('must be a list of objects')
  const name = ATTRIBUTES.get(given.AttributeKey)
  if (name === undefined) throw invalidAttributes(`must have an AttributeKey of ${[...ATTRIBUTES.keys()].join(', ')}`)
  const text = given.AttributeValue
  if (typeof text !== 'string' || text.length < 1 || text.length > LONGEST_VALUE || !isStorableText(text)) {
    throw invalidAttributes(`must have an AttributeValue of 1 to ${LONGEST_VALUE} characters`)
  }
  if (name === 'readOnly' && text !== 'true' && text !== 'false') {
    throw invalidAttributes('must have true or false as the AttributeValue of ReadOnly')
  }
  return { name, value: text }
}

/** @returns Unix time in seconds, maybe with a fraction */
function parseTime(members: Members, name: 'StartTime' | 'EndTime'): number | undefined {
  const value = members[name]
  if (!isGiven(value)) return undefined
  if (typeof value === 'number' && value >= 0 && value <= LATEST_SECONDS) return value
  throw invalid('InvalidTimeRangeException', `${name} must be a Unix time in seconds.`)
}

function parseLimit(value: unknown): number {
  if (!isGiven(value)) return MOST_RESULTS
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST_RESULTS) return value
  throw invalid('InvalidMaxResultsException', `MaxResults must be a whole number from 1 to ${MOST_RESULTS}.`)
}

function parseToken(value: unknown): string | undefined {
  if (!isGiven(value)) return undefined
  if (typeof value === 'string') return value
  throw invalid('InvalidNextTokenException', 'NextToken must be a text.')
}

/** AWS takes null for absent. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

function invalidAttributes(rule: string): Refusal {
  return invalid('InvalidLookupAttributesException', `LookupAttributes ${rule}.`)
}

function invalid(errorType: string, message: string): Refusal {
  return new Refusal('parameter-invalid', message, { errorType })
}
