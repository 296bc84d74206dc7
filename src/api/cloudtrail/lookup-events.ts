import { repositoryArn } from '../../core/ecr/repository-arn.ts'
import type { AuditQuery, StoredAuditEntry } from '../../ports/metadata/audit.ts'
import { lookUpEvents } from '../../services/audit/lookup-events.ts'
import type { Caller, Services } from '../../services/context.ts'
import { parseLookupInput } from './lookup-input.ts'

/** `LookupEventsResponse` of CloudTrail's model of 2013-11-01; members that are undefined are not written. */
export interface LookupEventsOutput {
  readonly Events: readonly LookupEvent[]
  readonly NextToken: string | undefined
}

export interface LookupEvent {
  readonly EventId: string
  readonly EventName: string
  readonly ReadOnly: 'true' | 'false'
  readonly AccessKeyId: string | undefined
  /** Unix time in seconds. */
  readonly EventTime: number
  readonly EventSource: string
  readonly Username: string | undefined
  readonly Resources: readonly { readonly ResourceType: string | undefined; readonly ResourceName: string }[]
  /** The whole record, as JSON. */
  readonly CloudTrailEvent: string
}

/**
 * `LookupEvents`: the trail of the caller's account, newest first.
 *
 * @throws {Refusal} as `parseLookupInput`; `page-invalid` for the token of another question
 */
export async function lookupEvents(
  services: Pick<Services, 'metadata'>,
  { registry }: Caller,
  members: Readonly<Record<string, unknown>>,
): Promise<LookupEventsOutput> {
  const { attribute, fromMs, untilMs, limit, token } = parseLookupInput(members)
  const named = withArn(attribute, (name) => repositoryArn(registry, name))
  const query: AuditQuery = { accountId: registry.accountId, attribute: named, fromMs, untilMs }
  const { entries, nextToken } = await lookUpEvents(services, query, { limit, token })
  return { Events: entries.map(toEvent), NextToken: nextToken }
}

/** Resources are kept by ARN; any other name is a repository's. */
function withArn(attribute: AuditQuery['attribute'], arnOf: (name: string) => string): AuditQuery['attribute'] {
  if (attribute?.name !== 'resourceName' || attribute.value.startsWith('arn:')) return attribute
  return { name: 'resourceName', value: arnOf(attribute.value) }
}

function toEvent(entry: StoredAuditEntry): LookupEvent {
  const { resourceType, resourceName } = entry
  return {
    EventId: entry.eventId,
    EventName: entry.eventName,
    ReadOnly: entry.readOnly ? 'true' : 'false',
    AccessKeyId: entry.accessKeyId,
    EventTime: Math.floor(entry.atMs / 1000),
    EventSource: entry.eventSource,
    Username: entry.username,
    Resources: resourceName === undefined ? [] : [{ ResourceType: resourceType, ResourceName: resourceName }],
    CloudTrailEvent: entry.body,
  }
}
