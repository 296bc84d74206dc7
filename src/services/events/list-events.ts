import { compileEventPattern } from '../../core/events/event-pattern.ts'
import type { Caller, Services } from '../context.ts'
import { nextTurn } from '../next-turn.ts'
import { EventReader, type ReadEvent } from './event-reader.ts'
import { EventTeller } from './event-teller.ts'

export interface EventQuery {
  /** A sequence. */
  readonly after: number
  readonly limit: number
  readonly repositoryName: string | undefined
  readonly pattern: string | undefined
}

export interface EventPage {
  readonly events: readonly ReadEvent[]
  /** Where to go on; undefined when there is nothing more for now. */
  readonly next: number | undefined
}

const PAGE = 200
/** So many are looked at for one page, whatever fits. */
const MOST_LOOKED_AT = 2000

/**
 * A page of the registry's events by sequence, as far as the caller may read them. It may have fewer than there are, even
 * none, and still have a next one.
 *
 * @throws {Refusal} `parameter-invalid` for the pattern
 */
export async function listEvents(services: Services, caller: Caller, query: EventQuery): Promise<EventPage> {
  const pattern = query.pattern === undefined ? undefined : compileEventPattern(query.pattern)
  const reader = new EventReader(services, caller, { pattern, teller: new EventTeller(services) })
  const events: ReadEvent[] = []
  let { after } = query
  for (let looked = 0; looked < MOST_LOOKED_AT; looked += PAGE) {
    const range = { after, limit: PAGE }
    const page = await services.metadata.listSequencedEvents(caller.registry.id, range, query.repositoryName)
    for (const event of page) {
      after = event.sequence
      const read = await reader.read(event)
      if (read !== undefined) events.push(read)
      if (events.length === query.limit) return { events, next: after }
    }
    if (page.length < PAGE) return { events, next: undefined }
    await nextTurn()
  }
  return { events, next: after }
}
