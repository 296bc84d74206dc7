import { deleteWebhook as deleteByName } from '../../services/events/webhooks.ts'
import { defineOperation } from './define-operation.ts'
import { webhookArn, webhookParameters } from './webhook-view.ts'

/** `DELETE /api/v1/webhooks/{name}` */
export const deleteWebhook = defineOperation('DeleteWebhook', {
  method: 'delete',
  path: '/webhooks/{name}',
  summary: 'Deletes a webhook with everything that was on its way to it.',
  decidedIn: "caller's account",
  parameters: webhookParameters,
  resource: (registry, { parameters }) => webhookArn(registry, parameters.name),
  handle: async ({ services, caller }, { parameters: { name } }) => await deleteByName(services, caller, name),
})
