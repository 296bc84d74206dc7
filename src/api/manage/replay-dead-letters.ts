import * as z from 'zod'
import { replayDeadLetters as replay } from '../../services/events/dead-letters.ts'
import { defineOperation } from './define-operation.ts'
import { deadLetterChoice, webhookArn, webhookParameters } from './webhook-view.ts'

/** `POST /api/v1/webhooks/{name}/dead-letters/replay` */
export const replayDeadLetters = defineOperation('ReplayDeadLetters', {
  method: 'post',
  path: '/webhooks/{name}/dead-letters/replay',
  summary: 'Tries to deliver dead letters again, before what waits.',
  decidedIn: "caller's account",
  parameters: webhookParameters,
  body: deadLetterChoice,
  output: z.strictObject({ replayed: z.int().describe('At most 1000 in one call.') }),
  resource: (registry, { parameters }) => webhookArn(registry, parameters.name),
  handle: async ({ services, caller }, { parameters: { name }, body: { sequences } }) => ({
    replayed: await replay(services, caller, { name, choice: sequences ?? 'all' }),
  }),
})
