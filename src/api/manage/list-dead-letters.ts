import * as z from 'zod'
import { getWebhook } from '../../services/events/webhooks.ts'
import { defineOperation } from './define-operation.ts'
import { sequenceField } from './event-view.ts'
import { deadLetterView, viewDeadLetter, webhookArn, webhookParameters } from './webhook-view.ts'

/** `GET /api/v1/webhooks/{name}/dead-letters` */
export const listDeadLetters = defineOperation('ListDeadLetters', {
  method: 'get',
  path: '/webhooks/{name}/dead-letters',
  summary: 'Lists what could not be delivered to a webhook, the oldest first.',
  decidedIn: "caller's account",
  parameters: webhookParameters,
  query: z.strictObject({
    after: sequenceField.default(0).describe('What `next` of the page before said.'),
    limit: z.coerce.number().int().min(1).max(1000).default(100),
  }),
  output: z.strictObject({ deadLetters: z.array(deadLetterView), next: z.int().optional() }),
  resource: (registry, { parameters }) => webhookArn(registry, parameters.name),
  handle: async ({ services, caller }, { parameters: { name }, query }) => {
    const { id } = await getWebhook(services, caller, name)
    const letters = await services.metadata.listDeadLetters(id, query)
    const next = letters.length < query.limit ? undefined : letters.at(-1)?.sequence
    return { deadLetters: letters.map(viewDeadLetter), ...(next !== undefined && { next }) }
  },
})
