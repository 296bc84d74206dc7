import { webhookSecret } from '../../core/events/webhook-signature.ts'
import type { Webhook } from '../../ports/metadata/webhooks.ts'
import type { Services } from '../context.ts'
import { openText, type Sealing, sealText } from '../identity/sealed-text.ts'

type Owner = Pick<Webhook, 'registryId' | 'name'>

/** A fresh secret, as it is told once, and as it is kept: for the webhook of this name alone. */
export function makeWebhookSecret(
  services: Pick<Services, 'keys' | 'ids'>,
  owner: Owner,
): { readonly secret: string; readonly sealedSecret: string } {
  const secret = webhookSecret(services.ids.secretAccessKey())
  return { secret, sealedSecret: sealText(services, sealing(owner), secret) }
}

/** What signs at this time, the newest first; of one that cannot be opened any more there is none. */
export function openWebhookSecrets(services: Pick<Services, 'keys'>, webhook: Webhook, nowMs: number): string[] {
  const { sealedSecret, previous } = webhook
  const sealed =
    previous !== undefined && previous.untilMs > nowMs ? [sealedSecret, previous.sealedSecret] : [sealedSecret]
  return sealed.flatMap((each) => openText(services, sealing(webhook), each) ?? [])
}

function sealing({ registryId, name }: Owner): Sealing {
  return { use: 'webhook secrets', binding: `${registryId} ${name}` }
}
