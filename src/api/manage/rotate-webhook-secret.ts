import * as z from 'zod'
import { rotateWebhookSecret as rotate } from '../../services/events/webhooks.ts'
import { defineOperation } from './define-operation.ts'
import { viewWebhook, webhookArn, webhookParameters, webhookWithSecret } from './webhook-view.ts'

const DAY_SECONDS = 24 * 3600

/** `POST /api/v1/webhooks/{name}/rotate-secret` */
export const rotateWebhookSecret = defineOperation('RotateWebhookSecret', {
  method: 'post',
  path: '/webhooks/{name}/rotate-secret',
  summary: 'Gives a webhook another secret; for a while both sign.',
  decidedIn: "caller's account",
  parameters: webhookParameters,
  body: z.strictObject({
    previousValidSeconds: z
      .int()
      .min(0)
      .max(30 * DAY_SECONDS)
      .default(DAY_SECONDS)
      .describe('How long the secret before signs too.'),
  }),
  output: webhookWithSecret,
  resource: (registry, { parameters }) => webhookArn(registry, parameters.name),
  handle: async ({ services, caller }, { parameters: { name }, body: { previousValidSeconds } }) => {
    const rotation = { name, previousForMs: previousValidSeconds * 1000 }
    const { webhook, secret } = await rotate(services, caller, rotation)
    return { ...viewWebhook(webhook, services.clock.nowMs()), secret }
  },
})
