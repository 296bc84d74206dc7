import * as z from 'zod'
import { listEvents as list } from '../../services/events/list-events.ts'
import { defineOperation } from './define-operation.ts'
import { eventsArn, patternField, sequencedEventView, sequenceField, viewSequencedEvent } from './event-view.ts'

/** `GET /api/v1/events` */
export const listEvents = defineOperation('ListEvents', {
  method: 'get',
  path: '/events',
  summary: 'Lists what happened, the oldest first, as far as lading:ReadEvents allows it on the repository.',
  decidedIn: "caller's account",
  query: z.strictObject({
    after: sequenceField.default(0).describe('What `next` of the page before said.'),
    limit: z.coerce.number().int().min(1).max(1000).default(100),
    repository: z.string().max(256).optional().describe('Only of repositories of this name.'),
    pattern: patternField.optional(),
  }),
  output: z.strictObject({
    events: z.array(sequencedEventView),
    next: z.int().optional().describe('There may be more after this, even when there is nothing on this page.'),
  }),
  resource: eventsArn,
  handle: async ({ services, caller }, { query: { repository, pattern, ...range } }) => {
    const { events, next } = await list(services, caller, { ...range, repositoryName: repository, pattern })
    return { events: events.map(viewSequencedEvent), ...(next !== undefined && { next }) }
  },
})
