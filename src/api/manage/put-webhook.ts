import * as z from 'zod'
import { putWebhook as put } from '../../services/events/webhooks.ts'
import { defineOperation } from './define-operation.ts'
import { formatField, viewWebhook, webhookArn, webhookParameters, webhookWithSecret } from './webhook-view.ts'

/** `PUT /api/v1/webhooks/{name}` */
export const putWebhook = defineOperation('PutWebhook', {
  method: 'put',
  path: '/webhooks/{name}',
  summary: 'Makes a webhook, or replaces all that is said of it; its secret stays.',
  decidedIn: "caller's account",
  parameters: webhookParameters,
  body: z.strictObject({
    url: z.string().min(1).max(2048).describe('Where events are sent by POST: https, at port 443.'),
    format: formatField.default('cloudevents'),
    pattern: z
      .record(z.string(), z.unknown())
      .optional()
      .describe("Which events are sent, in EventBridge's pattern language; all of them without it."),
    state: z.enum(['enabled', 'disabled']).default('enabled'),
  }),
  output: webhookWithSecret,
  resource: (registry, { parameters }) => webhookArn(registry, parameters.name),
  handle: async ({ services, caller }, { parameters: { name }, body: { pattern, ...terms } }) => {
    const text = pattern === undefined ? undefined : JSON.stringify(pattern)
    const { webhook, secret } = await put(services, caller, { ...terms, name, pattern: text })
    return { ...viewWebhook(webhook, services.clock.nowMs()), ...(secret !== undefined && { secret }) }
  },
})
