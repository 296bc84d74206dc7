import * as z from 'zod'
import { defineOperation } from './define-operation.ts'
import { pageQuery } from './fields.ts'
import { viewWebhook, webhookArn, webhookView } from './webhook-view.ts'

/** `GET /api/v1/webhooks` */
export const listWebhooks = defineOperation('ListWebhooks', {
  method: 'get',
  path: '/webhooks',
  summary: 'Lists webhooks by their names.',
  decidedIn: "caller's account",
  query: pageQuery,
  output: z.strictObject({ webhooks: z.array(webhookView), next: z.string().optional() }),
  resource: (registry) => webhookArn(registry, '*'),
  handle: async ({ services: { metadata, clock }, caller }, { query: { after, limit } }) => {
    const webhooks = await metadata.listWebhooks(caller.registry.id, { after, limit })
    const next = webhooks.length < limit ? undefined : webhooks.at(-1)?.name
    return {
      webhooks: webhooks.map((webhook) => viewWebhook(webhook, clock.nowMs())),
      ...(next !== undefined && { next }),
    }
  },
})
