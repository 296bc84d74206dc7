import { signatureHeaders } from '../../core/events/webhook-signature.ts'
import type { Webhook } from '../../ports/metadata/webhooks.ts'
import type { WebhookAnswer } from '../../ports/webhook-receivers.ts'
import type { Services } from '../context.ts'
import { openWebhookSecrets } from './webhook-secret.ts'

export interface OutgoingMessage {
  readonly id: string
  readonly contentType: string
  readonly body: string
}

/** One attempt, signed by every secret that is good now. */
export async function sendWebhook(
  services: Pick<Services, 'keys' | 'clock' | 'receivers'>,
  webhook: Webhook,
  { id, contentType, body }: OutgoingMessage,
  signal: AbortSignal,
): Promise<WebhookAnswer> {
  const nowMs = services.clock.nowMs()
  const secrets = openWebhookSecrets(services, webhook, nowMs)
  if (secrets.length === 0) return { problem: "The webhook's secret cannot be opened: rotate it." }
  const signature = signatureHeaders({ id, timestamp: Math.floor(nowMs / 1000), body }, secrets)
  const headers = { 'content-type': contentType, ...signature }
  return await services.receivers.post({ url: webhook.url, headers, body }, signal)
}

/** Undefined for what was taken; else why not, for whoever put the webhook. */
export function problemOf(answer: WebhookAnswer): string | undefined {
  if ('problem' in answer) return answer.problem
  if (answer.status >= 200 && answer.status < 300) return undefined
  return `The receiver answered with status ${answer.status}.`
}
