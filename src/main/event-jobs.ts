import type { Metrics } from '../adapters/metrics/metrics.ts'
import type { Log } from '../ports/log.ts'
import type { SequencedEvent } from '../ports/metadata/event-record.ts'
import type { Services } from '../services/context.ts'
import { CompiledPatterns } from '../services/events/compiled-patterns.ts'
import { Deliverer } from '../services/events/deliverer.ts'
import { EventTeller } from '../services/events/event-teller.ts'
import { sequenceEvents } from '../services/events/sequence-events.ts'
import type { Config } from './config.ts'
import type { Job } from './jobs.ts'

const SEQUENCE_MS = 200
/** Each run is a sync of the disk, and while pushes come they would wait for many. */
const SEQUENCE_PAUSE_MS = 100
const DELIVER_MS = 200
/** In between, lines gather what then goes out in one turn; what comes alone does not wait. */
const DELIVER_PAUSE_MS = 100

export interface EventJobsOptions {
  readonly services: Services
  readonly config: Pick<Config, 'webhookAttempts' | 'logEvents'>
  readonly log: Log
  readonly metrics: Metrics
}

/** What brings events to others: one gives them their places, one sends them. */
export function eventJobs(options: EventJobsOptions): Job[] {
  const teller = new EventTeller(options.services)
  return [sequenceJob(options, teller), deliverJob(options, teller)]
}

function sequenceJob({ services, config, log, metrics }: EventJobsOptions, teller: EventTeller): Job {
  const sequenced = metrics.counter('lading_events_total', 'Events that this process gave their places.')
  const { metadata, eventHub } = services
  const logged = async (events: readonly SequencedEvent[]) => {
    if (!config.logEvents) return
    for (const event of events) {
      log.write('info', 'event', { sequence: event.sequence, ...(await teller.eventBridge(event, event.audienceId)) })
    }
  }
  const parts = { services, teller, patterns: new CompiledPatterns(), told: logged }
  let head = 0
  const run = async (signal: AbortSignal) => {
    sequenced.add((await sequenceEvents(parts, signal)).sequenced)
    // Another process may have given places, and who follows here wants to know.
    const before = head
    if (eventHub.streams > 0) head = await metadata.findEventHead()
    if (head !== before) eventHub.tellSequenced()
    return undefined
  }
  const wakes = (wake: () => void) => metadata.watchEvents(wake)
  return {
    name: 'sequence-events',
    intervalMs: SEQUENCE_MS,
    leastPauseMs: SEQUENCE_PAUSE_MS,
    isFrequent: true,
    wakes,
    run,
  }
}

function deliverJob({ services, config, log, metrics }: EventJobsOptions, teller: EventTeller): Job {
  const deliveries = metrics.counter('lading_webhook_deliveries_total', 'Attempts to deliver events to webhooks.', [
    'outcome',
  ])
  const deliverer = new Deliverer({
    services,
    teller,
    attempts: config.webhookAttempts,
    observe: (outcome, count) => deliveries.add(count, outcome),
    failed: (error) => log.write('error', 'a webhook could not be served', { error }),
  })
  const run = async (signal: AbortSignal) => {
    await deliverer.run(signal)
    return undefined
  }
  const wakes = (wake: () => void) => services.eventHub.onDue(wake)
  const idle = () => deliverer.idle()
  return {
    name: 'deliver-events',
    intervalMs: DELIVER_MS,
    leastPauseMs: DELIVER_PAUSE_MS,
    isFrequent: true,
    wakes,
    idle,
    run,
  }
}
