import * as z from 'zod'
import type { EventBridgeEvent } from '../../core/events/event-bridge.ts'
import { MOST_PATTERN_CHARACTERS } from '../../core/events/event-pattern.ts'
import type { Registry } from '../../ports/metadata/registries.ts'
import { ladingArn, timeField } from './fields.ts'

export const sequenceField = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

export const patternField = z
  .string()
  .max(MOST_PATTERN_CHARACTERS)
  .describe("What events have to look like, in EventBridge's pattern language.")

const eventView = z.strictObject({
  version: z.literal('0'),
  id: z.string(),
  'detail-type': z.string(),
  source: z.enum(['aws.ecr', 'lading']),
  account: z.string(),
  time: timeField,
  region: z.string(),
  resources: z.array(z.string()),
  detail: z.record(z.string(), z.unknown()),
})

export const sequencedEventView = z.strictObject({
  sequence: z.int().describe('Its number among all events here: it goes up.'),
  event: eventView,
})

export function viewSequencedEvent(read: {
  readonly sequence: number
  readonly event: EventBridgeEvent
}): z.output<typeof sequencedEventView> {
  const { sequence, event } = read
  return { sequence, event: { ...event, resources: [...event.resources], detail: { ...event.detail } } }
}

/** What both ways to read events are asked about; which of them may be seen is decided for each. */
export function eventsArn(registry: Registry): string {
  return ladingArn(registry, 'events/*')
}
