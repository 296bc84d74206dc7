import * as z from 'zod'
import { dropDeadLetters as drop } from '../../services/events/dead-letters.ts'
import { defineOperation } from './define-operation.ts'
import { deadLetterChoice, webhookArn, webhookParameters } from './webhook-view.ts'

/** `POST /api/v1/webhooks/{name}/dead-letters/drop` */
export const dropDeadLetters = defineOperation('DropDeadLetters', {
  method: 'post',
  path: '/webhooks/{name}/dead-letters/drop',
  summary: 'Forgets dead letters.',
  decidedIn: "caller's account",
  parameters: webhookParameters,
  body: deadLetterChoice,
  output: z.strictObject({ dropped: z.int().describe('At most 1000 in one call.') }),
  resource: (registry, { parameters }) => webhookArn(registry, parameters.name),
  handle: async ({ services, caller }, { parameters: { name }, body: { sequences } }) => ({
    dropped: await drop(services, caller, { name, choice: sequences ?? 'all' }),
  }),
})
