import * as z from 'zod'
import { Refusal } from '../../core/refusal.ts'
import { isAllowed } from '../../services/authorize.ts'
import type { Caller } from '../../services/context.ts'
import { followEvents } from '../../services/events/follow-events.ts'
import { defineStream, type ManageCall } from './define-operation.ts'
import { eventsArn, patternField, sequenceField } from './event-view.ts'

const ACTION = 'lading:StreamEvents'
const HEARTBEAT = ':\n\n'

/** `GET /api/v1/events/stream`: server-sent events whose ids are sequences. */
export const streamEvents = defineStream('StreamEvents', {
  action: ACTION,
  path: '/events/stream',
  summary: 'Tells what happens as server-sent events, for an hour at most; goes on after Last-Event-ID.',
  decidedIn: "caller's account",
  query: z.strictObject({
    after: sequenceField.optional().describe('A sequence to begin after, where the header Last-Event-ID says none.'),
    pattern: patternField.optional(),
  }),
  resource: eventsArn,
  chunks: async function* (call, { query: { after, pattern } }) {
    const last = parseLastEventId(call.lastEventId) ?? after
    const callerNow = () => callerStillAllowed(call)
    const following = { after: last, pattern, callerNow }
    for await (const item of followEvents(call.services, call.caller, following)) {
      yield item === 'heartbeat' ? HEARTBEAT : `id: ${item.sequence}\ndata: ${JSON.stringify(item.event)}\n\n`
    }
  },
})

/** Whoever was ended, disabled or denied while they listen is not told any more. */
async function callerStillAllowed({ services, callerNow }: ManageCall): Promise<Caller | undefined> {
  const caller = await callerNow()
  if (caller === undefined) return undefined
  const access = { action: ACTION, resource: eventsArn(caller.registry), repository: undefined } as const
  return (await isAllowed(services, caller, access)) ? caller : undefined
}

function parseLastEventId(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new Refusal('parameter-invalid', 'The header Last-Event-ID must be the id of an event of this stream.')
}
