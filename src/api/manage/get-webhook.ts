import * as z from 'zod'
import { getWebhook as get } from '../../services/events/webhooks.ts'
import { defineOperation } from './define-operation.ts'
import { viewWebhook, webhookArn, webhookParameters, webhookView } from './webhook-view.ts'

const output = webhookView.extend({
  pending: z.int().describe('Deliveries that wait; 10000 stands for that many and more.'),
  deadLetters: z.int().describe('Deliveries that were given up; 10000 stands for that many and more.'),
})

/** `GET /api/v1/webhooks/{name}` */
export const getWebhook = defineOperation('GetWebhook', {
  method: 'get',
  path: '/webhooks/{name}',
  summary: 'Shows a webhook, and how much is on its way to it.',
  decidedIn: "caller's account",
  parameters: webhookParameters,
  output,
  resource: (registry, { parameters }) => webhookArn(registry, parameters.name),
  handle: async ({ services, caller }, { parameters: { name } }) => {
    const webhook = await get(services, caller, name)
    const { pending, dead } = await services.metadata.countDeliveries(webhook.id)
    return { ...viewWebhook(webhook, services.clock.nowMs()), pending, deadLetters: dead }
  },
})
