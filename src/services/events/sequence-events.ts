import type { SequencedEvent } from '../../ports/metadata/event-record.ts'
import type { NewDelivery } from '../../ports/metadata/webhooks.ts'
import type { MetadataTransaction } from '../../ports/metadata-store.ts'
import type { Services } from '../context.ts'
import { nextTurn } from '../next-turn.ts'
import type { CompiledPatterns } from './compiled-patterns.ts'
import type { EventTeller } from './event-teller.ts'

/** A few milliseconds of SQLite's one thread. */
const BATCH = 100

export interface SequencerParts {
  readonly services: Pick<Services, 'metadata' | 'clock' | 'defaultRegistry' | 'eventHub'>
  readonly teller: EventTeller
  readonly patterns: CompiledPatterns
  /** Is told of events that have their places, in their order. */
  readonly told: (events: readonly SequencedEvent[]) => Promise<void>
}

export interface SequenceReport {
  readonly sequenced: number
  readonly deliveries: number
}

/**
 * Gives every event that has none its place in the sequence, and in the same transaction writes down which webhooks it is
 * to be delivered to: killed anywhere, it has done both for whole batches, and the next round goes on. Nothing is waited
 * for but the database. Rounds of several processes take turns.
 *
 * @throws {Refusal} as `MetadataStore.transact`
 */
export async function sequenceEvents(parts: SequencerParts, signal?: AbortSignal): Promise<SequenceReport> {
  const { metadata, eventHub } = parts.services
  let [sequenced, deliveries] = [0, 0]
  while (signal?.aborted !== true && (await metadata.hasUnsequencedEvents())) {
    const batch = await sequenceBatch(parts)
    sequenced += batch.events.length
    deliveries += batch.deliveries
    eventHub.tellSequenced()
    if (batch.deliveries > 0) eventHub.tellDue()
    await parts.told(batch.events)
    await nextTurn()
  }
  return { sequenced, deliveries }
}

async function sequenceBatch(
  parts: SequencerParts,
): Promise<{ readonly events: readonly SequencedEvent[]; readonly deliveries: number }> {
  const { metadata, clock, defaultRegistry } = parts.services
  return await metadata.transact(async (transaction) => {
    const head = await transaction.lockEventHead()
    const waiting = await transaction.listUnsequencedEvents(BATCH)
    const events = waiting.map((event, index) => ({
      ...event,
      sequence: head + 1 + index,
      audienceId: event.registryId ?? defaultRegistry.id,
    }))
    await transaction.sequenceEvents(events)
    const deliveries = await deliveriesOf(parts, transaction, events)
    await transaction.addDeliveries(deliveries, clock.nowMs())
    return { events, deliveries: deliveries.length }
  })
}

async function deliveriesOf(
  { teller, patterns }: SequencerParts,
  transaction: MetadataTransaction,
  events: readonly SequencedEvent[],
): Promise<NewDelivery[]> {
  const deliveries: NewDelivery[] = []
  // In one order, as everybody locks.
  const audiences = [...new Set(events.map(({ audienceId }) => audienceId))].sort((a, b) => a - b)
  for (const audienceId of audiences) {
    const webhooks = await transaction.lockEnabledWebhooks(audienceId)
    if (webhooks.length === 0) continue
    for (const event of events.filter((each) => each.audienceId === audienceId)) {
      const told = await teller.eventBridge(event, audienceId)
      const { sequence, repositoryId = 0 } = event
      for (const { id: webhookId, cursor, pattern } of webhooks) {
        if (sequence > cursor && patterns.fits(pattern, told)) deliveries.push({ webhookId, repositoryId, sequence })
      }
    }
  }
  return deliveries
}
