import type { JsonObject } from '../strict-json.ts'
import { type EventBridgeEvent, renderEventBridge, repositoryArnOf } from './event-bridge.ts'
import type { EventOrigin, ToldEvent } from './event-details.ts'

/** The structured JSON form of CloudEvents 1.0 (cloudevents.io, spec v1.0.2, read 2026-11-27). */
export interface CloudEvent {
  readonly specversion: '1.0'
  readonly id: string
  /** The repository's ARN; for what is no repository's, that of the registry. */
  readonly source: string
  readonly type: `dev.lading.${string}`
  /** The image or tag that it is about, `name@digest` or `name:tag`; left out where it is about neither. */
  readonly subject?: string
  /** RFC 3339. */
  readonly time: string
  readonly datacontenttype: 'application/json'
  /** The `detail` of the same event in EventBridge's form. */
  readonly data: JsonObject
}

/** What a body in this form is sent as. */
export const CLOUD_EVENT_TYPE = 'application/cloudevents+json; charset=utf-8'

export function renderCloudEvent(event: ToldEvent, origin: EventOrigin): CloudEvent {
  const { id, detail }: EventBridgeEvent = renderEventBridge(event, origin)
  const subject = subjectOf(event.repositoryName, detail)
  return {
    specversion: '1.0',
    id,
    source: repositoryArnOf(event, origin) ?? `arn:aws:lading:${origin.region}:${origin.accountId}:registry`,
    type: `dev.lading.${event.kind}`,
    ...(subject !== undefined && { subject }),
    time: new Date(event.atMs).toISOString(),
    datacontenttype: 'application/json',
    data: detail,
  }
}

function subjectOf(repositoryName: string | undefined, detail: JsonObject): string | undefined {
  if (repositoryName === undefined) return undefined
  const { 'image-tag': tag, 'image-digest': digest } = detail
  if (typeof tag === 'string') return `${repositoryName}:${tag}`
  return typeof digest === 'string' ? `${repositoryName}@${digest}` : undefined
}
