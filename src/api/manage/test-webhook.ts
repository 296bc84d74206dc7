import * as z from 'zod'
import { testWebhook as send } from '../../services/events/test-webhook.ts'
import { defineOperation } from './define-operation.ts'
import { webhookArn, webhookParameters } from './webhook-view.ts'

/** `POST /api/v1/webhooks/{name}/test` */
export const testWebhook = defineOperation('TestWebhook', {
  method: 'post',
  path: '/webhooks/{name}/test',
  summary: 'Sends one ping to a webhook, whatever its state and pattern, and says what came of it.',
  decidedIn: "caller's account",
  parameters: webhookParameters,
  output: z.strictObject({
    delivered: z.boolean(),
    status: z.int().optional().describe('What the receiver answered with.'),
    problem: z.string().optional(),
  }),
  resource: (registry, { parameters }) => webhookArn(registry, parameters.name),
  handle: async ({ services, caller }, { parameters: { name } }) => {
    const { isDelivered, status, problem } = await send(services, caller, name)
    return {
      delivered: isDelivered,
      ...(status !== undefined && { status }),
      ...(problem !== undefined && { problem }),
    }
  },
})
